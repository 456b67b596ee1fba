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
      standing(order.paymentStatus),
      order.verdicts.filter(({ reason }) => reason !== 'ON_TIME').map(verdict),
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

/** Where the money stands, in a sentence and a tone. */
function standing(status) {
  const [tone, text] = {
    NOT_REQUIRED: ['good', 'Thank you. There was nothing to pay.'],
    PAID: ['good', 'Thank you. The payment provider confirmed the payment.'],
    AUTHORIZED: ['good', 'Thank you. The payment is authorized; it is taken later.'],
    PARTIALLY_REFUNDED: ['info', 'Part of the payment was given back.'],
    REFUNDED: ['info', 'The payment was given back.'],
    DISPUTED: ['warn', 'The card holder disputes the payment.'],
  }[status] ?? ['info', 'Nothing was taken yet.'];
  return h('div', { class: `notice ${tone}` }, h('p', {}, text));
}

const OUTCOMES = {
  HONORED: 'became this order',
  REFUNDED: 'goes back to you',
  HELD_FOR_REVIEW: 'is kept until the shop has looked at it',
};
const REASONS = {
  DUPLICATE: 'the order was paid already',
  ENDED: 'the checkout had ended',
  LATE: 'it came late',
  MODE_MISMATCH: 'it was made with a test card, or with a real one at a test shop',
  OVER: 'more was taken than agreed',
  RELEASED: 'the total had changed',
  STOCK_GONE: 'the goods were gone',
  UNDER: 'less was taken than agreed',
  UNKNOWN_BINDING: 'it belongs to no total of this checkout',
  WRONG_CURRENCY: 'it was made in another currency',
};
const REFUNDS = {
  PENDING: ' The refund is on its way.',
  SUCCEEDED: ' It was given back.',
  FAILED: ' The refund failed; ask the shop.',
};

/** What was decided of a payment that did not come as agreed. */
function verdict({ outcome, reason, refundStatus, amount }) {
  const what = `A payment${amount ? ` of ${money(amount)}` : ''}`;
  const why = `${OUTCOMES[outcome] ?? word(outcome)}, as ${REASONS[reason] ?? word(reason)}.`;
  return h('div', { class: `notice ${outcome === 'HONORED' ? 'info' : 'warn'}` },
    h('p', { class: 'number' }, `${what} ${why}${REFUNDS[refundStatus] ?? ''}`));
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
