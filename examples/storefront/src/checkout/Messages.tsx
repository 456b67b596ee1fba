// What the server says about the session: each with its own way out where there is one.
import { CheckoutLinesUpdateDocument } from '../gql/graphql';
import { Notice, type Tone } from '../ui/Notice';
import { isBesideField } from './DetailsForm';
import type { Send } from './send';
import { CheckoutReprice, useNewest, type Session } from './session';

type Message = Session['messages'][number];

const TONES: Record<Message['type'], Tone> = { ERROR: 'bad', WARNING: 'warn', INFO: 'info' };

/** What a form field, the rates or the codes show beside themselves is not said twice. */
const ELSEWHERE: ReadonlySet<Message['code']> = new Set([
  'DISCOUNT_NOT_APPLICABLE',
  'GIFT_CERTIFICATE_NOT_APPLICABLE',
  'MISSING',
  'SHIPPING_RATE_REQUIRED',
]);

type Fix = { label: string; send: () => Promise<unknown> };

/** The change that solves it, ready to be sent; null when only the buyer can know. */
function remedy({ suggestion }: Message, { token, send }: Props, newest: () => Session): Fix | null {
  if (!suggestion) return null;
  const { removeDiscountCode: code, selectShippingRate: rate, setQuantity } = suggestion;
  if (code) {
    const without = () => newest().discountCodes.map((one) => one.code).filter((one) => one !== code);
    return {
      label: `Remove ${code}`,
      send: () => send(CheckoutReprice, () => ({ token, draft: { discountCodes: without() } })),
    };
  }
  if (rate) {
    return { label: `Use ${rate.name}`, send: () => send(CheckoutReprice, { token, draft: { shippingRateId: rate.id } }) };
  }
  if (setQuantity) {
    const { line, quantity } = setQuantity;
    const label = quantity ? `Take ${quantity}` : 'Take it out';
    // The line alone, by its id: a whole list of lines would replace what this page does not know of.
    return { label, send: () => send(CheckoutLinesUpdateDocument, { token, lines: [{ lineId: line.id, quantity }] }) };
  }
  return null;
}

type Props = { session: Session; token: string; send: Send };

export function Messages(props: Props) {
  const newest = useNewest(props.token, props.session);
  const shown = props.session.messages.filter((message) => !ELSEWHERE.has(message.code) && !isBesideField(message));
  return shown.map((message) => {
    const fix = remedy(message, props, newest);
    return (
      <Notice key={`${message.code} ${message.field ?? ''}`} tone={TONES[message.type] ?? 'info'}>
        {message.content}{' '}
        {fix && (
          <button type="button" className="quiet" onClick={() => void fix.send()}>
            {fix.label}
          </button>
        )}
      </Notice>
    );
  });
}
