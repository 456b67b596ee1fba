// Every type of userError in one place: what to tell the buyer, and what the page does next. `code` and the type decide,
// never the sentence. docs/errors.md lists the codes.
import type { CheckoutProblemFragment } from '../gql/graphql';
import { money } from '../money';

export type Advice = {
  text: string;
  /** What the page does beside saying so; in most cases the buyer corrects something, or looks and decides. */
  next?: 'choose-rate' | 'start-over';
};

/** The session is over, or the token opens none any more. */
const OVER: ReadonlySet<CheckoutProblemFragment['code']> = new Set(['SESSION_EXPIRED', 'SESSION_FINAL', 'SESSION_NOT_FOUND']);

export const isOver = ({ code }: CheckoutProblemFragment) => OVER.has(code);

export function advice(problem: CheckoutProblemFragment): Advice {
  switch (problem.__typename) {
    case 'CheckoutValidationError':
    case 'SessionStateError':
      return { text: problem.message, ...(isOver(problem) && { next: 'start-over' }) };
    case 'InsufficientStockError':
      return { text: `Only ${problem.quantityAvailable} left of ${problem.variant?.title ?? 'it'}.` };
    case 'ShippingRateRequiredError':
      return { text: 'Please choose how we should send it.', next: 'choose-rate' };
    case 'StaleRevisionError':
      return { text: 'This cart was changed in another window. Please look at it again.' };
    case 'TotalChangedError': {
      const change = `The total is now ${money(problem.actual)} instead of ${money(problem.expected)}.`;
      return { text: `${change} Nothing was charged; please look at it again.` };
    }
    case 'CheckoutPaymentError':
      return { text: problem.failure?.message ?? problem.message };
    default:
      return unknown(problem);
  }
}

/**
 * A newer server may answer with a type that this page was not built with: its sentence is still right. The parameter is
 * `never`, so once the type is in the schema, this file does not compile until it is handled above.
 */
function unknown(problem: never): Advice {
  return { text: (problem as { message: string }).message };
}
