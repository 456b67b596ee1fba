// The sums of a session or an order, as the server says them. Nothing is added up here.

import { h } from '/web/shared/dom.js';
import { isZero, money, percent } from './shop.js';

const row = (label, amount, name = '') => h('div', { class: `sum ${name}` }, h('dt', {}, label), h('dd', { class: 'number' }, amount));
const less = (amount) => `−${money(amount)}`;

/** A list of sums, with what applies only. */
export function totals({ totals: sums, discounts, taxes, giftCertificates, applicableShippingRates }) {
  const shipped = applicableShippingRates === undefined || applicableShippingRates.some(({ selected }) => selected);
  return h('dl', { class: 'totals' },
    row('Subtotal', money(sums.subtotal)),
    discounts.map(({ title, code, amount }) => row(code ? `${title} (${code})` : title, less(amount))),
    shipped && row('Shipping', isZero(sums.shipping) ? 'Free' : money(sums.shipping)),
    !isZero(sums.handling) && row('Packing', money(sums.handling)),
    taxes.map(({ title, rate, included, amount }) => (
      row(`${included ? 'Includes ' : ''}${title}, ${percent(rate)}`, money(amount)))),
    row('Total', money(sums.grandTotal), 'grand'),
    giftCertificates.map(({ maskedCode, amountApplied }) => row(`Gift certificate ${maskedCode}`, less(amountApplied))),
    giftCertificates.length > 0 && row('To pay', money(sums.amountDue), 'grand'));
}

/** The lines, short; each before what is taken off, as that has rows of its own. */
export function briefLines(lines) {
  return h('ul', { class: 'brief' }, lines.map(({ title, quantity, subtotal }) => h('li', {},
    h('span', {}, `${quantity} × ${title}`), h('span', { class: 'number' }, money(subtotal)))));
}
