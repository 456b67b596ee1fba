// How the pages reach the server, and how they show money.

import { send } from '/web/shared/graphql.js';

/** The organization whose shop this is; each request says so. */
export const HEADERS = { 'x-organization-slug': 'demo' };

/**
 * Asks and answers the data, or throws one sentence for the page. A field that failed comes as null beside an error, which
 * is not the null of something that does not exist: so any error is one.
 */
export async function ask(query, variables) {
  const { data, errors } = await send(query, variables, HEADERS);
  if (errors?.length || !data) throw new Error(errors?.[0]?.message ?? 'The server gave no answer.');
  return data;
}

/**
 * Money as text. Amounts are decimal texts and stay that: the formatter takes them digit by digit, so nothing is ever
 * rounded or added up here. What a total is, the server says, and with how many digits: browsers give some currencies
 * fewer than are charged, as none to HUF.
 */
export function money({ amount, currency }) {
  const digits = amount.split('.')[1]?.length ?? 0;
  const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(amount);
}

/** Whether an amount is nothing: all its digits are zero. */
export const isZero = ({ amount }) => /^[-0.]*$/.test(amount);

/** A variant's price in a currency; nothing is converted, so there may be none. */
export const priceIn = (variant, currency) => variant.prices.find((price) => price.currency === currency);

/** A fraction such as "0.0825" as a percentage. */
export function percent(fraction) {
  const options = { style: 'percent', maximumFractionDigits: 3 };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(fraction);
}

/** The name of a country in the page's language. */
export function countryName(code) {
  return new Intl.DisplayNames(document.documentElement.lang, { type: 'region' }).of(code);
}
