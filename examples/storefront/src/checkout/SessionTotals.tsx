// The sums of a checkout, some of which are not known before the buyer has said more.
import { money } from '../money';
import type { Session } from './session';
import { Totals } from './Totals';

export function SessionTotals({ session }: { session: Session }) {
  const { totals, requiresShipping, selectedShippingRate } = session;
  const delivery = selectedShippingRate ? money(totals.shipping) : 'not chosen yet';
  return (
    <Totals
      totals={totals}
      delivery={requiresShipping ? delivery : null}
      tax={session.taxStatus === 'PENDING' ? 'with the address' : money(totals.tax)}
      taxesIncluded={session.taxesIncluded}
      gifts={session.giftCertificates}
      rest="To pay"
    />
  );
}
