// The checkout on one page: who and where to, how it is sent, and how it is paid.
import { Link } from 'wouter';

import { Codes } from '../checkout/Codes';
import { DetailsForm } from '../checkout/DetailsForm';
import { Ended } from '../checkout/Ended';
import { Messages } from '../checkout/Messages';
import { Problems } from '../checkout/Problems';
import { Rates } from '../checkout/Rates';
import { useSend } from '../checkout/send';
import { CheckoutReprice, useCheckout } from '../checkout/session';
import { SessionTotals } from '../checkout/SessionTotals';
import { money } from '../money';
import { PayBox } from '../payment/PayBox';
import { useOutcome } from '../payment/useOutcome';
import { useCartToken } from '../token';
import { Failed } from '../ui/Failed';
import { Notice } from '../ui/Notice';
import { useTitle } from '../ui/useTitle';

export function CheckoutPage() {
  const token = useCartToken();
  const { send, problems, failed } = useSend();
  const { session, ended, error, loading, look } = useCheckout(token, problems);
  const { waiting, paymentSent } = useOutcome(session, token);
  useTitle(waiting ? 'Thank you' : 'Checkout');
  if (error && !session) return <Failed error={error} again={look} />;
  if (loading) return <p>Loading…</p>;
  if (!token || !session || session.lines.length === 0) return <Empty />;
  if (ended) return <Ended session={session} send={send} problems={problems} failed={failed} />;
  return (
    <>
      {/* Above the page and not in its place: the card form must stay, whatever else could not be read. */}
      {error && <Failed error={error} again={look} />}
      {waiting && <Waiting />}
      {/* Hidden, not gone: the bank may be asking in the card form's name, and a decline brings the form back as it was. */}
      <div hidden={waiting}>
        <h1>Checkout</h1>
        <div className="columns">
          <div className="stack">
            <section aria-labelledby="details-title">
              <h2 id="details-title">Your details</h2>
              <DetailsForm session={session} save={(draft) => void send(CheckoutReprice, { token, draft })} />
            </section>
            <section aria-labelledby="delivery-title">
              <h2 id="delivery-title">Delivery</h2>
              <Rates session={session} token={token} send={send} />
            </section>
            <section aria-labelledby="payment-title">
              <h2 id="payment-title">Payment</h2>
              <Problems problems={problems} failed={failed} />
              <PayBox session={session} token={token} send={send} onSent={paymentSent} />
            </section>
          </div>
          <aside className="summary" aria-labelledby="summary-title">
            <h2 id="summary-title">Your order</h2>
            <ul className="lines">
              {session.lines.map((line) => (
                <li key={line.id} className="row">
                  <span>
                    {line.quantity} × {line.title}
                  </span>
                  <span>{money(line.subtotal)}</span>
                </li>
              ))}
            </ul>
            <Codes session={session} token={token} send={send} />
            <SessionTotals session={session} />
            <Messages session={session} token={token} send={send} />
          </aside>
        </div>
      </div>
    </>
  );
}

function Waiting() {
  return (
    <>
      <h1>Thank you</h1>
      <Notice tone="info">We are waiting for your bank’s word. This takes a moment; please leave the page open.</Notice>
    </>
  );
}

function Empty() {
  return (
    <>
      <h1>Your cart is empty</h1>
      <Link href="/" className="button">
        To the shop
      </Link>
    </>
  );
}
