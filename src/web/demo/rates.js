// Delivery: the rates that apply, each with the grand total that it would lead to.

import { fill, h } from '/web/shared/dom.js';
import { slot } from './problems.js';
import { isZero, money } from './shop.js';

/** The section; `draw` fills it from a session. `onchoose` is called with the id of a rate. */
export function ratesSection(onchoose) {
  const list = h('div', { class: 'rates', role: 'radiogroup', 'aria-labelledby': 'delivery' });
  const none = h('p', { class: 'soft' }, 'The ways to send it appear once the address is known.');
  const section = h('section', {}, h('h2', { id: 'delivery', tabindex: -1 }, 'Delivery'), none, list, slot('shippingRateId'));
  const draw = (session) => {
    section.hidden = !session.requiresShipping;
    none.hidden = session.applicableShippingRates.length > 0;
    list.hidden = !none.hidden;
    fill(list, session.applicableShippingRates.map((quote) => choice(quote, onchoose)));
  };
  return { section, draw };
}

function choice({ rate, price, priceBeforeDiscount, grandTotal, selected }, onchoose) {
  const days = rate.deliveryEstimate;
  const about = [days && `${days.minDays} to ${days.maxDays} days`, rate.description].filter(Boolean).join(' · ');
  const cheaper = priceBeforeDiscount.amount !== price.amount;
  return h('label', { class: 'rate' },
    h('input', {
      id: `rate-${rate.id}`, type: 'radio', name: 'shippingRateId', value: rate.id, checked: selected,
      onchange: () => onchoose(rate.id),
    }),
    h('span', { class: 'what' }, h('strong', {}, rate.name), about && h('span', { class: 'soft small' }, about)),
    h('span', { class: 'number cost' },
      h('span', {},
        cheaper && h('s', { class: 'soft' }, money(priceBeforeDiscount), ' '),
        isZero(price) ? 'Free' : money(price)),
      h('span', { class: 'soft small' }, `total ${money(grandTotal)}`)));
}
