// The order: its number, and a receipt.

import { h } from '/web/shared/dom.js';
import { orderToken } from './cart.js';
import { ORDER } from './documents.js';
import { picture } from './pictures.js';
import { ask, money } from './shop.js';
import { totals } from './totals.js';

export async function orderPage() {
  const token = orderToken();
  const order = token && (await ask(ORDER, { token })).order;
  if (!order) return none();
  const placed = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' });
  return {
    title: `Order ${order.number}`,
    body: h('div', { class: 'inside order' },
      h('div', { class: 'notice good' }, h('p', {}, order.paymentStatus === 'NOT_REQUIRED'
        ? 'Thank you. There was nothing to pay.' : 'Thank you. The payment provider confirmed the payment.')),
      h('h1', { tabindex: -1 }, 'Order ', h('span', { class: 'number', id: 'order-number' }, order.number)),
      h('p', { class: 'soft' }, `Placed on ${placed.format(new Date(order.placedAt))}`),
      h('div', { class: 'two' },
        h('div', { class: 'card' },
          h('h2', {}, 'Receipt'),
          h('ul', { class: 'lines' }, order.lines.map(line)),
          totals(order),
          reckoning(order.explanation)),
        h('aside', { class: 'card', 'aria-label': 'Details' }, details(order)))),
  };
}

const line = ({ title, quantity, unitPrice, total, variant }) => h('li', { class: 'line' },
  variant ? picture(variant.product.slug, variant.title) : h('span'),
  h('div', { class: 'what' },
    h('span', { class: 'title' }, title),
    h('p', { class: 'soft small number' }, `${quantity} × ${money(unitPrice)}`)),
  h('p', { class: 'number sum' }, money(total)));

/** How the total came about, as the server explains it, step by step. */
const reckoning = (steps) => h('details', {},
  h('summary', {}, 'How the total came about'),
  h('ol', { class: 'brief' }, steps.map(({ label, amount }) => h('li', {},
    h('span', {}, label), h('span', { class: 'number' }, money(amount))))));

const word = (code) => code.toLowerCase().replaceAll('_', ' ');

const details = (order) => [
  h('h2', {}, 'Details'),
  h('dl', { class: 'facts' },
    h('dt', {}, 'Payment'), h('dd', { id: 'payment-status' }, word(order.paymentStatus)),
    h('dt', {}, 'Buyer'), h('dd', {}, order.customer.name, h('br'), order.customer.email),
    order.shippingAddress && [h('dt', {}, 'Address'),
      h('dd', {}, order.shippingAddress.formatted.flatMap((text) => [text, h('br')]))],
    order.shippingRateName && [h('dt', {}, 'Delivery'), h('dd', {}, order.shippingRateName)]),
  h('a', { class: 'button wide', href: '/demo' }, 'Back to the shop'),
];

const none = () => ({
  title: 'No order',
  body: h('div', { class: 'narrow' },
    h('h1', { tabindex: -1 }, 'There is no order yet'),
    h('p', {}, 'An order is shown in the tab in which it was placed.'),
    h('p', {}, h('a', { href: '/demo' }, 'See the products'))),
});
