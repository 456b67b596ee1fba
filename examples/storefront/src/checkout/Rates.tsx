// The ways to send it, each with the total it would lead to.
import { useState } from 'react';

import { money } from '../money';
import { CheckoutReprice, type Session } from './session';
import type { Send } from './send';

/** The rate that is chosen on the screen, which the server may be still to hear of. */
export const chosenRate = () => document.querySelector<HTMLInputElement>('input[name=rate]:checked')?.value;

export function Rates({ session, token, send }: { session: Session; token: string; send: Send }) {
  const [choosing, setChoosing] = useState<string | null>(null);
  const { applicableShippingRates: quotes, requiresShipping, shippingAddress } = session;
  if (!requiresShipping) return <p className="muted">Nothing has to be sent.</p>;
  if (!shippingAddress?.countryCode) return <p className="muted">Tell us the address first.</p>;
  if (quotes.length === 0) return <p className="muted">There is no choice of delivery for this address.</p>;

  /** The choice shows at once; the sums follow when the server has them. */
  async function choose(shippingRateId: string) {
    setChoosing(shippingRateId);
    await send(CheckoutReprice, { token, draft: { shippingRateId } });
    setChoosing(null);
  }

  return (
    <fieldset className="choices">
      <legend className="hidden">Delivery</legend>
      {quotes.map(({ rate, price, selected, grandTotal }) => (
        <label key={rate.id} className="choice">
          <input
            type="radio"
            name="rate"
            value={rate.id}
            checked={choosing ? choosing === rate.id : selected}
            onChange={() => void choose(rate.id)}
          />
          <span>
            <strong>{rate.name}</strong>
            <span className="muted">
              {rate.deliveryEstimate && ` ${rate.deliveryEstimate.minDays}–${rate.deliveryEstimate.maxDays} days`}
              {rate.description && ` · ${rate.description}`}
            </span>
          </span>
          <span className="end">
            {money(price)}
            <span className="muted"> total {money(grandTotal)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
