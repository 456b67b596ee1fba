// Every type of userError in one place: what to tell the buyer, and what the page does next. `code` and the type decide,
// never the sentence. docs/errors.md lists the codes.
import type { CheckoutProblemFragment } from '../gql/graphql';
import { money } from '../money';

export type Next =
  | 'correct' // the buyer corrects what `field` names
  | 'choose-rate' // the buyer chooses how to send
  | 'look-again' // the page has reread the session; the buyer looks and decides
  | 'pay-again' // another card, or the same once more
  | 'wait' // a payment is under way, or someone else is slow: nothing to do but wait
  | 'start-over'; // this session is over

export type Advice = { text: string; next: Next };

export function advice(problem: CheckoutProblemFragment): Advice {
  switch (problem.__typename) {
    case 'CheckoutValidationError':
      return { text: problem.message, next: problem.code === 'SESSION_NOT_FOUND' ? 'start-over' : 'correct' };
    case 'InsufficientStockError':
      return { text: `Only ${problem.quantityAvailable} left of ${problem.variant?.title ?? 'it'}.`, next: 'correct' };
    case 'ShippingRateRequiredError':
      return { text: 'Please choose how we should send it.', next: 'choose-rate' };
    case 'SessionStateError':
      return { text: problem.message, next: problem.code === 'PAYMENT_IN_PROGRESS' ? 'wait' : 'start-over' };
    case 'StaleRevisionError':
      return { text: 'This cart was changed in another window. Please look at it again.', next: 'look-again' };
    case 'TotalChangedError': {
      const change = `The total is now ${money(problem.actual)} instead of ${money(problem.expected)}.`;
      return { text: `${change} Nothing was charged; please look at it again.`, next: 'look-again' };
    }
    case 'CheckoutPaymentError':
      return {
        text: problem.failure?.message ?? problem.message,
        next: problem.code === 'PAYMENT_PROVIDER_UNAVAILABLE' ? 'wait' : 'pay-again',
      };
    default:
      return unknown(problem);
  }
}

/**
 * A newer server may answer with a type that this page was not built with: its sentence is still right. The parameter is
 * `never`, so once the type is in the schema, this file does not compile until it is handled above.
 */
function unknown(problem: never): Advice {
  return { text: (problem as { message: string }).message, next: 'correct' };
}
