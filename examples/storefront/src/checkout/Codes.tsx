// Discount codes. One that does not apply stays, with the reason: the buyer typed it, and it may apply later.
import type { DiscountRejection } from '../gql/graphql';
import { money } from '../money';
import { CheckoutReprice, type Session } from './session';
import type { Send } from './send';

const REASONS: Record<DiscountRejection, string> = {
  CURRENCY_MISMATCH: 'is not for this currency',
  CUSTOMER_NOT_ELIGIBLE: 'is not for you, or you have used it',
  DISABLED: 'is not active',
  EXPIRED: 'has run out',
  MINIMUM_NOT_MET: 'needs a larger order',
  NOT_COMBINABLE: 'cannot be used with another code',
  NOT_FOUND: 'is not known here',
  NOT_STARTED: 'is not valid yet',
  NO_ELIGIBLE_LINES: 'is for other products',
  USAGE_LIMIT_REACHED: 'has been used up',
};

export function Codes({ session, token, send }: { session: Session; token: string; send: Send }) {
  const codes = session.discountCodes;
  const set = (discountCodes: string[]) => void send(CheckoutReprice, { token, draft: { discountCodes } });
  const names = codes.map(({ code }) => code);
  return (
    <>
      <form
        className="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const code = String(new FormData(form).get('code') ?? '').trim();
          if (code && !names.includes(code)) set([...names, code]);
          form.reset();
        }}
      >
        <label>
          Discount code
          <input name="code" autoComplete="off" />
        </label>
        <button className="quiet">Apply</button>
      </form>
      <ul className="codes" aria-label="Discount codes">
        {codes.map(({ code, applicable, rejection, amount }) => (
          <li key={code}>
            <span>
              <strong>{code}</strong>{' '}
              {applicable ? `takes off ${money(amount)}` : rejection ? (REASONS[rejection] ?? 'does not apply') : ''}
            </span>
            <button className="quiet" onClick={() => set(names.filter((name) => name !== code))}>
              Remove<span className="hidden"> {code}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
