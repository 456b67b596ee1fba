// Paying at the twin, as its element does in a browser: with the publishable key and the client secret.

import { h } from '/web/shared/dom.js';

const CARDS = [
  ['pm_card_visa', 'succeeds'],
  ['pm_card_chargeDeclined', 'is declined'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'has too little money on it'],
  ['pm_twin_late_success', 'succeeds after some seconds'],
];

/** The panel; `chosen()` is the card. */
export function payPanel() {
  const card = h('select', { id: 'card' }, CARDS.map(([id, does]) => h('option', { value: id }, `${id}: ${does}`)));
  const what = h('p', { class: 'notice info' });
  const panel = h('div', {}, what, h('label', { for: 'card' }, 'Test card'), card);
  return {
    panel,
    chosen: () => card.value,
    tell: (payment) => {
      what.textContent = payment
        ? `Pays ${payment.amount.amount} ${payment.amount.currency} at the Stripe twin. No money moves.`
        : 'Run the step before this one first: it answers the client secret.';
    },
  };
}

/** Address and form of the payment. */
export function paymentOf({ scriptUrl, publishableKey, clientSecret }, card) {
  const id = encodeURIComponent(clientSecret.split('_secret_')[0]);
  return {
    address: new URL(`v1/payment_intents/${id}/confirm`, scriptUrl).href,
    form: { key: publishableKey, client_secret: clientSecret, payment_method: card },
  };
}

/** Pays; answers what the twin says, and how long it took. */
export async function payAtTwin(payment, card) {
  const { address, form } = paymentOf(payment, card);
  const started = performance.now();
  const response = await fetch(address, { method: 'POST', body: new URLSearchParams(form) });
  return { body: await response.json(), status: response.status, ms: Math.round(performance.now() - started) };
}
