// The sums of a cart and of an order, all of them the server's. A page that adds up itself will one day be a cent off.
import type { MoneyPartsFragment, TotalsPartsFragment } from '../gql/graphql';
import { isZero, money } from '../money';

type Props = {
  totals: TotalsPartsFragment;
  taxesIncluded: boolean;
  gifts: { maskedCode: string; amountApplied: MoneyPartsFragment }[];
  /** An amount, or why there is none yet. Null where nothing is delivered. */
  delivery: string | null;
  tax: string;
  /** What the amount beside the gift certificates is, or was. */
  rest: string;
  refunded?: MoneyPartsFragment;
};

export function Totals({ totals, taxesIncluded, gifts, delivery, tax, rest, refunded }: Props) {
  return (
    <dl className="totals" aria-label="Totals">
      <Row name="Subtotal" value={money(totals.subtotal)} />
      {!isZero(totals.discount) && <Row name="Discounts" value={`−${money(totals.discount)}`} />}
      {delivery !== null && <Row name="Delivery" value={delivery} />}
      {!isZero(totals.handling) && <Row name="Packing" value={money(totals.handling)} />}
      <Row name={taxesIncluded ? 'Tax included' : 'Tax'} value={tax} />
      {!isZero(totals.taxRelief) && <Row name="Tax not owed" value={`−${money(totals.taxRelief)}`} />}
      {!isZero(totals.rounding) && <Row name="Rounding" value={money(totals.rounding)} />}
      <Row name="Total" value={money(totals.grandTotal)} strong />
      {gifts.map((gift) => (
        <Row key={gift.maskedCode} name={`Gift certificate ${gift.maskedCode}`} value={`−${money(gift.amountApplied)}`} />
      ))}
      {gifts.length > 0 && <Row name={rest} value={money(totals.amountDue)} strong />}
      {refunded && !isZero(refunded) && <Row name="Given back" value={money(refunded)} />}
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
