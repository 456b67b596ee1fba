// The sums, all of them the server's. A page that adds up itself will one day be a cent off.
import type { TotalsPartsFragment } from '../gql/graphql';
import { isZero, money } from '../money';
import type { Session } from './session';

export function Totals({ session }: { session: Session }) {
  const { totals, taxStatus, giftCertificates } = session;
  const tax = taxStatus === 'PENDING' ? 'with the address' : money(totals.tax);
  const shipping = session.requiresShipping && !session.selectedShippingRate;
  return (
    <dl className="totals" aria-label="Totals">
      <Row name="Subtotal" value={money(totals.subtotal)} />
      {!isZero(totals.discount) && <Row name="Discounts" value={`−${money(totals.discount)}`} />}
      {session.requiresShipping && <Row name="Delivery" value={shipping ? 'not chosen yet' : money(totals.shipping)} />}
      {!isZero(totals.handling) && <Row name="Packing" value={money(totals.handling)} />}
      <Row name={session.taxesIncluded ? 'Tax included' : 'Tax'} value={tax} />
      {!isZero(totals.taxRelief) && <Row name="Tax not owed" value={`−${money(totals.taxRelief)}`} />}
      {!isZero(totals.rounding) && <Row name="Rounding" value={money(totals.rounding)} />}
      <Row name="Total" value={money(totals.grandTotal)} strong />
      {giftCertificates.map((gift) => (
        <Row key={gift.maskedCode} name={`Gift certificate ${gift.maskedCode}`} value={`−${money(gift.amountApplied)}`} />
      ))}
      {giftCertificates.length > 0 && <Row name="To pay" value={money(totals.amountDue)} strong />}
    </dl>
  );
}

export function OrderTotals({ totals }: { totals: TotalsPartsFragment }) {
  return (
    <dl className="totals" aria-label="Totals">
      <Row name="Subtotal" value={money(totals.subtotal)} />
      {!isZero(totals.discount) && <Row name="Discounts" value={`−${money(totals.discount)}`} />}
      <Row name="Delivery" value={money(totals.shipping)} />
      <Row name="Tax" value={money(totals.tax)} />
      <Row name="Total" value={money(totals.grandTotal)} strong />
    </dl>
  );
}

function Row({ name, value, strong }: { name: string; value: string; strong?: boolean }) {
  return (
    <div className={strong ? 'strong' : undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
