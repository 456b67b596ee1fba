// The cart, which is the checkout session before the buyer has said who they are.
import { Link } from 'wouter';

import { Ended } from '../checkout/Ended';
import { Messages } from '../checkout/Messages';
import { Problems } from '../checkout/Problems';
import { useSend } from '../checkout/send';
import { useCheckout, type Session } from '../checkout/session';
import { SessionTotals } from '../checkout/SessionTotals';
import { CheckoutLinesUpdateDocument } from '../gql/graphql';
import { money } from '../money';
import { useCartToken } from '../token';
import { Failed } from '../ui/Failed';
import { Notice } from '../ui/Notice';
import { useTitle } from '../ui/useTitle';

export function CartPage() {
  useTitle('Your cart');
  const token = useCartToken();
  const { send, problems, failed, busy } = useSend();
  const { session, ended, error, loading, look } = useCheckout(token, problems);
  if (error && !session) return <Failed error={error} again={look} />;
  if (loading) return <p>Loading…</p>;
  const ordered = session?.state === 'COMPLETED';
  if (!token || !session || ordered || session.lines.length === 0) {
    return (
      <>
        <h1>Your cart is empty</h1>
        {ordered && (
          // Paid, and the window was closed before the order was shown: the checkout page takes it from there.
          <Notice tone="good">
            Your last cart is ordered. <Link href="/checkout">See the order</Link>
          </Notice>
        )}
        <Link href="/" className="button">
          To the shop
        </Link>
      </>
    );
  }
  if (ended) return <Ended session={session} send={send} problems={problems} failed={failed} />;
  const set = (lineId: string, quantity: number) =>
    void send(CheckoutLinesUpdateDocument, {
      token,
      lines: [{ lineId, quantity }],
      // The quantity was chosen looking at this revision; had another tab changed the cart since, it would be overwritten.
      expectedRevision: session.revision,
    });
  return (
    <>
      <h1>Your cart</h1>
      {error && <Failed error={error} again={look} />}
      <Problems problems={problems} failed={failed} />
      <div className="columns">
        <ul className="lines" aria-label="Products in the cart">
          {session.lines.map((line) => (
            <Line key={line.id} line={line} busy={busy} set={(quantity) => set(line.id, quantity)} />
          ))}
        </ul>
        <aside className="summary" aria-label="Summary">
          <SessionTotals session={session} />
          <Messages session={session} token={token} send={send} />
          <Link href="/checkout" className="button">
            To the checkout
          </Link>
        </aside>
      </div>
    </>
  );
}

type LineProps = { line: Session['lines'][number]; busy: boolean; set: (quantity: number) => void };

function Line({ line, busy, set }: LineProps) {
  const product = line.variant?.product;
  return (
    <li className="row line">
      <div>
        {product ? <Link href={`/products/${product.slug}`}>{line.title}</Link> : line.title}
        <p className="muted">{money(line.unitPrice)} each</p>
      </div>
      <div className="amount">
        <button className="quiet" disabled={busy} aria-label={`One less: ${line.title}`} onClick={() => set(line.quantity - 1)}>
          −
        </button>
        <output aria-label={`Quantity of ${line.title}`}>{line.quantity}</output>
        <button className="quiet" disabled={busy} aria-label={`One more: ${line.title}`} onClick={() => set(line.quantity + 1)}>
          +
        </button>
      </div>
      <strong>{money(line.total)}</strong>
    </li>
  );
}
