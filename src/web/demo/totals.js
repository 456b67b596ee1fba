// The sums of a session or an order, as the server says them. Nothing is added up here.

import { h } from '/web/shared/dom.js';
import { isZero, money, percent } from './shop.js';

const row = (label, amount, name = '') => h('div', { class: `sum ${name}` }, h('dt', {}, label), h('dd', { class: 'number' }, amount));
const less = (amount) => `−${money(amount)}`;

const off = ({ title, code, amount }) => row(code ? `${title} (${code})` : title, less(amount));

/** A list of sums, with what applies only. From the subtotal on they add up: what is included says so. */
export function totals({ totals: sums, discounts, taxes, giftCertificates, applicableShippingRates }) {
  const isOrder = applicableShippingRates === undefined;
  const shipped = isOrder || applicableShippingRates.some(({ selected }) => selected);
  const [onShipping, onGoods] = [true, false].map((on) => discounts.filter(({ target }) => (target === 'SHIPPING') === on));
  const { shippingBeforeDiscount: shipping, handling, taxRelief, rounding } = sums;
  return h('dl', { class: 'totals' },
    row('Subtotal', money(sums.subtotal)),
    onGoods.map(off),
    shipped && row('Shipping', isZero(shipping) ? 'Free' : money(shipping)),
    onShipping.map(off),
    !isZero(handling) && row('Packing', money(handling)),
    taxes.map(({ title, rate, included, amount }) => (
      row(`${included ? 'Includes ' : ''}${title}, ${percent(rate)}`, money(amount)))),
    !isZero(taxRelief) && row('Tax not owed', less(taxRelief)),
    !isZero(rounding) && row('Rounding', money(rounding)),
    row('Total', money(sums.grandTotal), 'grand'),
    giftCertificates.map(({ maskedCode, amountApplied }) => row(`Gift certificate ${maskedCode}`, less(amountApplied))),
    giftCertificates.length > 0 && row(isOrder ? 'By card' : 'To pay', money(sums.amountDue), 'grand'));
}

/** The lines, short; each before what is taken off, as that has rows of its own. */
export function briefLines(lines) {
  return h('ul', { class: 'brief' }, lines.map(({ title, quantity, subtotal }) => h('li', {},
    h('span', {}, `${quantity} × ${title}`), h('span', { class: 'number' }, money(subtotal)))));
}
