// What the server says about the session: each with its own way out where there is one.
import { CheckoutReprice, type Session } from './session';
import type { Send } from './send';
import { Notice, type Tone } from '../ui/Notice';

type Message = Session['messages'][number];

const TONES: Record<Message['type'], Tone> = { ERROR: 'bad', WARNING: 'warn', INFO: 'info' };

/** What a form field, the rates or the codes show beside themselves is not said twice. */
const ELSEWHERE: ReadonlySet<Message['code']> = new Set([
  'DISCOUNT_NOT_APPLICABLE',
  'GIFT_CERTIFICATE_NOT_APPLICABLE',
  'MISSING',
  'SHIPPING_RATE_REQUIRED',
]);

/** The change that solves it, ready to be sent; null when only the buyer can know. */
function remedy({ suggestion }: Message, session: Session) {
  if (!suggestion) return null;
  const { removeDiscountCode: code, selectShippingRate: rate, setQuantity } = suggestion;
  if (code) {
    const discountCodes = session.discountCodes.map((one) => one.code).filter((one) => one !== code);
    return { label: `Remove ${code}`, draft: { discountCodes } };
  }
  if (rate) return { label: `Use ${rate.name}`, draft: { shippingRateId: rate.id } };
  if (setQuantity) {
    const lines = session.lines.flatMap(({ id, variant, quantity }) => {
      const wanted = id === setQuantity.line.id ? setQuantity.quantity : quantity;
      return variant && wanted > 0 ? [{ variantId: variant.id, quantity: wanted }] : [];
    });
    const label = setQuantity.quantity ? `Take ${setQuantity.quantity}` : 'Take it out';
    return lines.length ? { label, draft: { lines } } : null;
  }
  return null;
}

export function Messages({ session, token, send }: { session: Session; token: string; send: Send }) {
  const shown = session.messages.filter(({ code }) => !ELSEWHERE.has(code));
  return shown.map((message) => {
    const fix = remedy(message, session);
    return (
      <Notice key={`${message.code} ${message.field ?? ''}`} tone={TONES[message.type] ?? 'info'}>
        {message.content}{' '}
        {fix && (
          <button type="button" className="quiet" onClick={() => void send(CheckoutReprice, { token, draft: fix.draft })}>
            {fix.label}
          </button>
        )}
      </Notice>
    );
  });
}
