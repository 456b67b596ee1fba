// Payment: the provider's own element, in its own script, over a client secret that only this page gets.
//
// What the element says is shown at once, but it ends nothing: the order exists when the server heard it from the
// provider, and the page learns that by watching the session.

import { h } from '/web/shared/dom.js';
import * as cart from './cart.js';
import { slot } from './problems.js';
import { money } from './shop.js';

const loaded = new Map();

/** Loads a script once. */
function load(address) {
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((resolve, reject) => {
      const script = h('script', { src: address });
      script.addEventListener('load', resolve);
      script.addEventListener('error', () => {
        loaded.delete(address);
        reject(new Error('The payment form could not be loaded. Try again.'));
      });
      document.head.append(script);
    }));
  }
  return loaded.get(address);
}

/** The section. `open` asks for a payment session and shows its element; `onproblem` is told what goes wrong. */
export function paymentSection({ onproblem, onwaiting }) {
  const place = h('div', { class: 'element' });
  const button = h('button', { class: 'main wide', type: 'button', disabled: true }, 'Pay');
  const section = h('section', { 'aria-labelledby': 'payment' },
    h('h2', { id: 'payment' }, 'Payment'), place, slot('payment', true), button);
  let stripe = null;
  let elements = null;

  const open = async () => {
    button.disabled = true;
    const { paymentSession, userErrors } = await cart.paymentSession();
    if (!paymentSession) return onproblem(userErrors);
    const { scriptUrl, publishableKey, clientSecret, clientAction, amount } = paymentSession;
    try {
      await load(scriptUrl);
    } catch ({ message }) {
      return onproblem([{ code: 'SCRIPT', message, field: 'payment' }]);
    }
    // The server says what to do with an element that is shown already.
    if (elements && clientAction === 'FETCH_UPDATES') await elements.fetchUpdates();
    else if (!elements || clientAction === 'REMOUNT') mount(publishableKey, clientSecret);
    button.textContent = `Pay ${money(amount)}`;
    button.disabled = false;
    return undefined;
  };
  const mount = (publishableKey, clientSecret) => {
    elements?.getElement('payment')?.destroy();
    // The demo has the twin behind it. A shop of your own has window.Stripe here, with the same shapes.
    stripe = (window.StripeTwin ?? window.Stripe)(publishableKey);
    elements = stripe.elements({ clientSecret });
    elements.create('payment').mount(place);
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    onproblem([]);
    const { error } = await stripe.confirmPayment({
      elements, confirmParams: { return_url: new URL('/demo/checkout', location.href).href }, redirect: 'if_required',
    });
    button.disabled = false;
    if (error) onproblem([{ code: error.code, message: error.message, field: 'payment' }]);
    else onwaiting();
  });
  return { section, open };
}
