// Amounts to read. The server's decimal text goes to Intl as it is: no arithmetic, no float, on a page.
import type { MoneyPartsFragment } from './gql/graphql';

export function money({ amount, currency }: MoneyPartsFragment): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount as Intl.StringNumericLiteral);
}

export const isZero = ({ amountMinor }: MoneyPartsFragment) => amountMinor === 0;
