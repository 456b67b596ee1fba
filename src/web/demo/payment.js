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

/** The element in a place, and what it shows: the secret of an intent, and an amount. */
class Mounted {
  stripe = null;
  elements = null;
  clientSecret = null;
  amount = null;

  constructor(place) {
    this.place = place;
  }

  /**
   * Makes the element show a payment session; answers whether it is a new one, with nothing chosen in it. The server says
   * what to do to whoever asks first, which may be another tab: so what is mounted here is compared, too.
   */
  async follow({ scriptUrl, publishableKey, clientSecret, clientAction, amount }) {
    const same = this.clientSecret === clientSecret && clientAction !== 'REMOUNT';
    if (!same) {
      await load(scriptUrl);
      this.mount(publishableKey, clientSecret);
    } else if (clientAction === 'FETCH_UPDATES' || this.amount !== amount.amount) {
      const { error } = await this.elements.fetchUpdates();
      if (error) throw new Error(error.message);
    }
    this.amount = amount.amount;
    return !same;
  }

  mount(publishableKey, clientSecret) {
    this.elements?.getElement('payment')?.destroy();
    // The demo has the twin behind it. A shop of your own has window.Stripe here, with the same shapes.
    this.stripe = (window.StripeTwin ?? window.Stripe)(publishableKey);
    this.elements = this.stripe.elements({ clientSecret });
    this.elements.create('payment').mount(this.place);
    this.clientSecret = clientSecret;
  }

  /** What was entered goes to the provider; answers its error, if there is one. */
  async confirm() {
    const { error } = await this.stripe.confirmPayment({
      elements: this.elements,
      confirmParams: { return_url: new URL('/demo/checkout', location.href).href },
      redirect: 'if_required',
    });
    return error;
  }
}

/**
 * The section. `open` asks for a payment session and shows its element. On Pay, `onpay` fixes once more the total that the
 * buyer sees and answers whether it is still that; `onproblem` is told what goes wrong, `onsent` that the outcome is to be
 * waited for, with the time of the last change before it.
 */
export function paymentSection({ onpay, onproblem, onsent }) {
  const place = h('div', { class: 'element' });
  const button = h('button', { class: 'main wide', type: 'button', disabled: true }, 'Pay');
  const section = h('section', { 'aria-labelledby': 'payment' },
    h('h2', { id: 'payment', tabindex: -1 }, 'Payment'), place, slot('payment', true), button);
  const mounted = new Mounted(place);

  const told = ({ code = 'PAYMENT', message }) => onproblem([{ code, message, field: 'payment' }]);
  /** Shows what the server has now: `kept` where what was entered is still there, `new` where it is not. */
  const follow = async () => {
    const { paymentSession, userErrors } = await cart.paymentSession();
    if (!paymentSession) {
      onproblem(userErrors);
      return 'refused';
    }
    const fresh = await mounted.follow(paymentSession);
    button.textContent = `Pay ${money(paymentSession.amount)}`;
    return fresh ? 'new' : 'kept';
  };
  /** Runs one step at a time, with the button out of reach; it stays so where the payment was sent. */
  let busy = false;
  const alone = async (step) => {
    if (busy) return undefined;
    busy = true;
    button.disabled = true;
    let end;
    try {
      end = await step();
    } catch (error) {
      told(error);
    }
    busy = false;
    button.disabled = end === 'sent';
    return end;
  };
  /** The last change of the payment before it was sent. */
  let before = null;
  const pay = async () => {
    const asked = button.textContent;
    onproblem([]);
    const checked = await mounted.elements?.submit();
    if (checked?.error) return told(checked.error);
    if (!(await onpay())) return undefined;
    const shown = await follow();
    if (shown === 'refused') return undefined;
    if (shown === 'new') return told({ message: 'The payment was started anew. Please choose the card once more.' });
    // What the button said when it was pressed is what is charged.
    if (button.textContent !== asked) return told({ message: 'The sum has changed. Please look at it, and pay again.' });
    before = cart.current().paymentAttempt?.updatedAt;
    const error = await mounted.confirm();
    return error ? told(error) : 'sent';
  };
  button.addEventListener('click', async () => {
    if ((await alone(pay)) === 'sent') onsent(before);
    // A button that was out of reach has lost the focus.
    else if (document.activeElement === document.body) button.focus({ preventScroll: true });
  });
  return {
    section,
    open: () => alone(() => {
      // No total rather than an old one.
      button.textContent = 'Pay';
      return follow();
    }),
    /** Whether another amount is to be paid than the element shows. */
    isOld: ({ amount }) => mounted.amount !== null && mounted.amount !== amount,
  };
}
