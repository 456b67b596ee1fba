// Amounts to read, in the digits that the server gave them: no arithmetic, no float, on a page.
import type { MoneyPartsFragment } from './gql/graphql';

export function money({ amount, currency }: MoneyPartsFragment): string {
  // Intl has its own idea of some currencies, and would round forints and krónur to whole ones.
  const digits = amount.split('.')[1]?.length ?? 0;
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, ...shown });
  return format.format(amount as Intl.StringNumericLiteral);
}

export const isZero = ({ amountMinor }: MoneyPartsFragment) => amountMinor === 0;
