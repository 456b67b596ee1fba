// The order, as it is now: what was bought, and how its payment stands.
import { Link } from 'wouter';
import { useQuery, useSubscription } from 'urql';

import { Totals } from '../checkout/Totals';
import { OrderLiveDocument, OrderPageDocument, type OrderPaymentStatus } from '../gql/graphql';
import { money } from '../money';
import { Verdicts } from '../payment/Verdicts';
import { useOrderToken } from '../token';
import { Failed } from '../ui/Failed';
import { Notice, type Tone } from '../ui/Notice';
import { useTitle } from '../ui/useTitle';

const PAYMENT: Record<OrderPaymentStatus, [Tone, string]> = {
  AUTHORIZED: ['good', 'Your card is authorized; it is charged when we send the goods.'],
  DISPUTED: ['warn', 'Your bank is looking into this payment.'],
  NOT_REQUIRED: ['good', 'There was nothing to pay.'],
  PAID: ['good', 'It is paid.'],
  PARTIALLY_REFUNDED: ['info', 'A part was refunded.'],
  PENDING: ['info', 'The payment is on its way.'],
  REFUNDED: ['info', 'It was refunded.'],
};

export function OrderPage() {
  useTitle('Your order');
  const token = useOrderToken();
  const [{ data, error, fetching }, ask] = useQuery({ query: OrderPageDocument, variables: { token: token ?? '' }, pause: !token });
  // A refund, a shipment: the page changes by itself while it is open.
  useSubscription({ query: OrderLiveDocument, variables: { token: token ?? '' }, pause: !token });
  if (error) return <Failed error={error} again={() => ask({ requestPolicy: 'network-only' })} />;
  if (fetching) return <p>Loading…</p>;
  const order = data?.order;
  if (!order) return <h1>There is no order here</h1>;
  const [tone, status] = PAYMENT[order.paymentStatus] ?? ['good', 'We have your order.'];
  const charged = order.paymentStatus !== 'PENDING' && order.paymentStatus !== 'AUTHORIZED';
  return (
    <>
      <h1>
        Thank you. Your order is <span className="number">{order.number}</span>
      </h1>
      <Notice tone={tone}>{status}</Notice>
      <Verdicts verdicts={order.verdicts} />
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
          <Totals
            totals={order.totals}
            delivery={order.shippingAddress && money(order.totals.shipping)}
            tax={money(order.totals.tax)}
            taxesIncluded={order.taxes.some(({ included }) => included)}
            gifts={order.giftCertificates}
            rest={charged ? 'Paid' : 'To pay'}
            refunded={order.totalRefunded}
          />
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
