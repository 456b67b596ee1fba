import { Link } from 'wouter';
import { useQuery, useSubscription } from 'urql';

import { OrderTotals } from '../checkout/Totals';
import { OrderLiveDocument, OrderPageDocument, type OrderPaymentStatus } from '../gql/graphql';
import { money } from '../money';
import { useOrderToken } from '../token';
import { Failed } from '../ui/Failed';
import { Notice } from '../ui/Notice';

const PAID: Record<OrderPaymentStatus, string> = {
  AUTHORIZED: 'Your card is authorized; it is charged when we send the goods.',
  DISPUTED: 'Your bank is looking into this payment.',
  NOT_REQUIRED: 'There was nothing to pay.',
  PAID: 'It is paid.',
  PARTIALLY_REFUNDED: 'A part was refunded.',
  PENDING: 'The payment is on its way.',
  REFUNDED: 'It was refunded.',
};

export function OrderPage() {
  const token = useOrderToken();
  const [{ data, error, fetching }, ask] = useQuery({ query: OrderPageDocument, variables: { token: token ?? '' }, pause: !token });
  // A refund, a shipment: the page changes by itself while it is open.
  useSubscription({ query: OrderLiveDocument, variables: { token: token ?? '' }, pause: !token });
  if (error) return <Failed error={error} again={() => ask({ requestPolicy: 'network-only' })} />;
  if (fetching) return <p>Loading…</p>;
  const order = data?.order;
  if (!order) return <h1>There is no order here</h1>;
  return (
    <>
      <h1>
        Thank you. Your order is <span className="number">{order.number}</span>
      </h1>
      <Notice tone="good">{PAID[order.paymentStatus] ?? 'We have your order.'}</Notice>
      <div className="columns">
        <ul className="lines" aria-label="What you bought">
          {order.lines.map((line) => (
            <li key={line.id} className="row line">
              <span>
                {line.quantity} × {line.title}
              </span>
              <strong>{money(line.total)}</strong>
            </li>
          ))}
        </ul>
        <aside className="summary" aria-label="Summary">
          <OrderTotals totals={order.totals} />
          {order.shippingAddress && (
            <address>
              {order.shippingAddress.formatted.map((line) => (
                <span key={line}>{line}</span>
              ))}
              {order.shippingRateName && <span className="muted">by {order.shippingRateName}</span>}
            </address>
          )}
          <Link href="/" className="button quiet">
            Back to the shop
          </Link>
        </aside>
      </div>
    </>
  );
}
