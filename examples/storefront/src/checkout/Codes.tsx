// Discount codes and gift certificates. A code that does not apply stays, with the reason: the buyer typed it, and it may
// apply later. A certificate that does not pay is a message, shown here.
import type { ReactNode } from 'react';

import type { CheckoutDraftInput, DiscountRejection } from '../gql/graphql';
import { money } from '../money';
import { Notice } from '../ui/Notice';
import { CheckoutReprice, useNewest, type Session } from './session';
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

const codesOf = (session: Session) => session.discountCodes.map(({ code }) => code);
/** A certificate's code is never told again; its masked form names one that the session has. */
const giftsOf = (session: Session) => session.giftCertificates.map(({ maskedCode }) => maskedCode);

const added = (names: string[], name: string) => (names.includes(name) ? names : [...names, name]);
const without = (names: string[], name: string) => names.filter((one) => one !== name);

export function Codes({ session, token, send }: { session: Session; token: string; send: Send }) {
  const newest = useNewest(token, session);
  // A draft says the whole list. So it is made from what is there when its turn has come: two codes may be typed quickly.
  const set = (draft: (now: Session) => CheckoutDraftInput) =>
    void send(CheckoutReprice, () => ({ token, draft: draft(newest()) }));
  return (
    <>
      <Box label="Discount code" onAdd={(code) => set((now) => ({ discountCodes: added(codesOf(now), code) }))}>
        {session.discountCodes.map(({ code, applicable, rejection, amount }) => (
          <Entry
            key={code}
            code={code}
            what={applicable ? `takes off ${money(amount)}` : rejection ? (REASONS[rejection] ?? 'does not apply') : ''}
            onRemove={() => set((now) => ({ discountCodes: without(codesOf(now), code) }))}
          />
        ))}
      </Box>
      <Box label="Gift certificate" onAdd={(code) => set((now) => ({ giftCertificateCodes: added(giftsOf(now), code) }))}>
        {session.giftCertificates.map(({ maskedCode, amountApplied }) => (
          <Entry
            key={maskedCode}
            code={maskedCode}
            what={`pays ${money(amountApplied)}`}
            onRemove={() => set((now) => ({ giftCertificateCodes: without(giftsOf(now), maskedCode) }))}
          />
        ))}
      </Box>
      {session.messages
        .filter(({ code }) => code === 'GIFT_CERTIFICATE_NOT_APPLICABLE')
        .map(({ content }) => (
          <Notice key={content} tone="warn">
            {content}
          </Notice>
        ))}
    </>
  );
}

function Box({ label, onAdd, children }: { label: string; onAdd: (code: string) => void; children: ReactNode }) {
  return (
    <div className="stack tight">
      <form
        className="inline"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const code = String(new FormData(form).get('code') ?? '').trim();
          if (code) onAdd(code);
          form.reset();
        }}
      >
        <label>
          {label}
          <input name="code" autoComplete="off" />
        </label>
        <button className="quiet">
          Apply<span className="hidden"> {label.toLowerCase()}</span>
        </button>
      </form>
      <ul className="codes" aria-label={`${label}s`}>
        {children}
      </ul>
    </div>
  );
}

function Entry({ code, what, onRemove }: { code: string; what: string; onRemove: () => void }) {
  return (
    <li>
      <span>
        <strong>{code}</strong> {what}
      </span>
      <button className="quiet" onClick={onRemove}>
        Remove<span className="hidden"> {code}</span>
      </button>
    </li>
  );
}
