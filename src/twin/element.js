// The twin's payment element: what Stripe.js does on a checkout page, for a shop whose payments go to the twin.
//
//   const stripe = StripeTwin(publishableKey);
//   const elements = stripe.elements({ clientSecret });
//   elements.create('payment').mount('#payment');
//   const { error, paymentIntent } = await stripe.confirmPayment({
//     elements, confirmParams: { return_url }, redirect: 'if_required',
//   });
//
// The shapes are those parts of Stripe.js that a checkout uses, so that one interface fits both. It calls the twin at
// the address that this script came from, with the publishable key and the client secret, as any page may.
(() => {
  'use strict';

  const script = document.currentScript ?? document.querySelector('script[src$="/element.js"]');
  const BASE = new URL('v1/', script.src).href;

  // What each test card does; the first is chosen to begin with.
  const CARDS = [
    ['pm_card_visa', '4242', 'Succeeds', 'Paid at once.'],
    ['pm_card_threeDSecure2Required', '3155', 'Asks for 3-D Secure', 'The bank wants a confirmation first.'],
    ['pm_card_chargeDeclined', '0002', 'Declined', 'The bank gives no reason.'],
    ['pm_card_chargeDeclinedInsufficientFunds', '9995', 'Insufficient funds', 'Declined: not enough money.'],
    ['pm_card_chargeDeclinedExpiredCard', '0069', 'Expired', 'Declined: the card is too old.'],
    ['pm_twin_late_success', '4242', 'Succeeds later', 'The bank thinks it over for some seconds.'],
    ['pm_card_createDispute', '0259', 'Succeeds, then disputed', 'The card holder wants the money back.'],
    ['pm_card_createDisputeInquiry', '1976', 'Succeeds, then inquired', 'The bank asks what it was for.'],
  ];

  // Sent in whole units, and in thousandths; every other currency in hundredths.
  const WHOLE = ['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'];
  const THOUSANDTHS = ['bhd', 'jod', 'kwd', 'omr', 'tnd'];

  // A constructed sheet: no content security policy of a page stands in its way, as a <style> would need a leave.
  // light-dark() follows the page's own color-scheme, so a page that is always light gets a light element.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; font: inherit; line-height: 1.4;
      --ink: light-dark(#1c2024, #eceef0); --soft: light-dark(#5a626b, #a9b1b9); --line: light-dark(#d5dae0, #3a4149);
      --field: light-dark(#ffffff, #1b1f24); --tint: light-dark(#f1f5ff, #1d2740); --main: light-dark(#2f55d4, #9db4ff);
      --on-main: light-dark(#ffffff, #0d1633); --note: light-dark(#fff6dd, #332a10); --note-line: light-dark(#e6cf8b, #6b5a24); }
    * { box-sizing: border-box; }
    .frame { border: 1px solid var(--line); border-radius: 12px; overflow: hidden; color: var(--ink); background: var(--field); }
    .note { display: flex; gap: 8px; justify-content: space-between; flex-wrap: wrap; padding: 10px 14px; font-size: 14px;
      background: var(--note); border-bottom: 1px solid var(--note-line); margin: 0; }
    .amount { font-weight: 650; font-variant-numeric: tabular-nums; }
    fieldset { border: 0; margin: 0; padding: 10px 8px 8px; min-width: 0; }
    legend { padding: 0 6px; font-size: 14px; color: var(--soft); float: left; width: 100%; margin-bottom: 6px; }
    label { clear: both; display: grid; grid-template-columns: auto 1fr auto; gap: 0 10px; align-items: center; padding: 8px 6px;
      border-radius: 8px; cursor: pointer; }
    label:hover { background: light-dark(#f6f7f9, #22272d); }
    label:has(:checked) { background: var(--tint); }
    input { accent-color: var(--main); width: 18px; height: 18px; margin: 0; grid-row: span 2; }
    .does { font-weight: 550; } .why { grid-column: 2 / -1; font-size: 13px; color: var(--soft); }
    .number { font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
    :focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
    dialog { border: 1px solid var(--line); border-radius: 16px; padding: 24px; max-width: min(420px, calc(100vw - 32px));
      color: var(--ink); background: var(--field); font: 16px/1.5 system-ui, sans-serif; }
    dialog::backdrop { background: rgb(0 0 0 / 55%); }
    h2 { font-size: 20px; margin: 0 0 8px; } p { margin: 0 0 12px; }
    .buttons { display: flex; gap: 10px; flex-wrap: wrap; margin-top: 20px; }
    button { font: inherit; font-weight: 600; padding: 10px 18px; min-height: 44px; border-radius: 10px; cursor: pointer;
      border: 1px solid var(--line); background: transparent; color: inherit; }
    button.main { background: var(--main); color: var(--on-main); border-color: transparent; }
  `);

  /** An element with attributes and children; texts stay texts. */
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /** A box that the page's styles do not reach. */
  function sealed(host) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  /** The intent's amount as text. Minor units become decimals by moving the point in the digits, without arithmetic. */
  function amountOf({ amount, currency }) {
    const places = placesOf(currency);
    const digits = String(amount).padStart(places + 1, '0');
    const split = digits.length - places;
    const decimal = places ? `${digits.slice(0, split)}.${digits.slice(split)}` : digits;
    const style = { style: 'currency', currency, minimumFractionDigits: places, maximumFractionDigits: places };
    return new Intl.NumberFormat(document.documentElement.lang || 'en', style).format(decimal);
  }

  /** Digits after the point of an amount on Stripe's wire, which a browser's own table of currencies does not know. */
  function placesOf(currency) {
    if (WHOLE.includes(currency)) return 0;
    return THOUSANDTHS.includes(currency) ? 3 : 2;
  }

  const idOf = (clientSecret) => String(clientSecret).split('_secret_')[0];

  /** An error in Stripe's shape for what never reached the twin. */
  const unreached = () => ({
    error: { type: 'api_connection_error', message: 'The payment service cannot be reached. Try again.' },
  });

  function StripeTwin(publishableKey) {
    if (!String(publishableKey).startsWith('pk_test_')) {
      throw new Error('The Stripe twin takes publishable keys of test mode only: pk_test_…');
    }

    /** One call to the twin; answers `{ paymentIntent }` or `{ error }` and does not throw. */
    async function call(method, clientSecret, step = '', fields = {}) {
      const form = new URLSearchParams({ key: publishableKey, client_secret: clientSecret, ...fields });
      const address = `${BASE}payment_intents/${encodeURIComponent(idOf(clientSecret))}${step}`;
      try {
        const answer = method === 'GET'
          ? await fetch(`${address}?${form}`, { cache: 'no-store' })
          : await fetch(address, { method, body: form });
        const body = await answer.json();
        return body.error ? { error: body.error } : { paymentIntent: body };
      } catch {
        return unreached();
      }
    }

    const retrievePaymentIntent = (clientSecret) => call('GET', clientSecret);

    /** The bank's question. Resolves to whether the buyer approves; Escape refuses. */
    function ask(intent) {
      return new Promise((resolve) => {
        const host = make('div', { 'data-stripe-twin': '3-d-secure' });
        const approve = make('button', { type: 'button', class: 'main' }, 'Approve');
        const refuse = make('button', { type: 'button' }, 'Refuse');
        const dialog = make('dialog', { 'aria-labelledby': 'title', 'aria-describedby': 'text' },
          make('h2', { id: 'title' }, '3-D Secure'),
          make('p', { id: 'text' }, `Your bank asks: do you want to pay ${amountOf(intent)}? `
            + 'This is the Stripe twin, so there is no bank, and no money moves.'),
          make('div', { class: 'buttons' }, approve, refuse));
        const end = (approved) => {
          dialog.close();
          host.remove();
          resolve(approved);
        };
        approve.addEventListener('click', () => end(true));
        refuse.addEventListener('click', () => end(false));
        dialog.addEventListener('cancel', (event) => {
          event.preventDefault();
          end(false);
        });
        sealed(host).append(dialog);
        document.body.append(host);
        dialog.showModal();
      });
    }

    /** Goes through 3-D Secure where the intent waits for it. */
    async function authenticated(clientSecret, result) {
      if (result.paymentIntent?.status !== 'requires_action') return result;
      const outcome = (await ask(result.paymentIntent)) ? 'succeed' : 'fail';
      const after = await call('POST', clientSecret, '/authenticate', { outcome });
      const refusal = after.paymentIntent?.last_payment_error;
      return refusal ? { error: { ...refusal, payment_intent: after.paymentIntent } } : after;
    }

    async function confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = 'always' }) {
      const secret = clientSecret ?? elements?.clientSecret;
      if (!secret) throw new Error('confirmPayment() needs elements with a clientSecret, or a clientSecret');
      const chosen = confirmParams.payment_method ?? elements?.getElement('payment')?.chosen;
      if (!chosen) {
        const message = 'Create a payment element and mount it before you confirm.';
        return { error: { type: 'validation_error', code: 'incomplete_payment', message } };
      }
      const first = await call('POST', secret, '/confirm', { payment_method: chosen });
      const result = await authenticated(secret, first);
      if (result.paymentIntent && redirect !== 'if_required' && confirmParams.return_url) {
        const back = new URL(confirmParams.return_url);
        back.searchParams.set('payment_intent', result.paymentIntent.id);
        back.searchParams.set('payment_intent_client_secret', secret);
        back.searchParams.set('redirect_status', result.paymentIntent.status);
        location.assign(back);
      }
      return result;
    }

    return {
      elements: (options) => elementsOf(options, retrievePaymentIntent),
      confirmPayment,
      retrievePaymentIntent,
    };
  }

  function elementsOf({ clientSecret }, retrieve) {
    let payment = null;
    return {
      clientSecret,
      create(kind) {
        if (kind !== 'payment') throw new Error(`The Stripe twin has no ${kind} element`);
        if (payment) throw new Error('There is a payment element already; destroy it first');
        payment = paymentElement(() => retrieve(clientSecret), () => { payment = null; });
        return payment;
      },
      getElement: (kind) => (kind === 'payment' ? payment : null),
      /** Looks the amount up again, after the server changed the intent. */
      async fetchUpdates() {
        const { error } = payment ? await payment.refresh() : await retrieve(clientSecret);
        return error ? { error } : {};
      },
      /** The form is always complete, as a card is always chosen. */
      submit: async () => ({ selectedPaymentMethod: 'card' }),
    };
  }

  let mounted = 0;

  function paymentElement(retrieve, forget) {
    const heard = { ready: new Set(), change: new Set(), loaderror: new Set() };
    const group = `twin-card-${(mounted += 1)}`;
    const amount = make('span', { class: 'amount', 'aria-live': 'polite' });
    const choices = CARDS.map(([id, last4, does, why], at) => {
      const radio = make('input', { type: 'radio', name: group, value: id, ...(at === 0 && { checked: '' }) });
      return make('label', {}, radio, make('span', { class: 'does' }, does),
        make('span', { class: 'number' }, `•••• ${last4}`), make('span', { class: 'why' }, why));
    });
    const form = make('div', { class: 'frame' },
      make('p', { class: 'note' }, 'Stripe twin: not Stripe, no money moves', amount),
      make('fieldset', {}, make('legend', {}, 'Test cards, by what they do'), ...choices));
    let host = null;

    const tell = (event, payload) => heard[event].forEach((hear) => hear(payload));
    const chosen = () => form.querySelector('input:checked').value;
    form.addEventListener('change', () => {
      tell('change', { elementType: 'payment', complete: true, empty: false, value: { type: 'card' } });
    });

    const element = {
      get chosen() { return chosen(); },
      mount(target) {
        const place = typeof target === 'string' ? document.querySelector(target) : target;
        if (!place) throw new Error(`There is no ${target} to mount the payment element in`);
        element.unmount();
        host = make('div', { 'data-stripe-twin': 'payment' });
        sealed(host).append(form);
        place.replaceChildren(host);
        element.refresh().then(({ error }) => {
          if (error) tell('loaderror', { elementType: 'payment', error });
          tell('ready', { elementType: 'payment' });
        });
      },
      unmount() {
        host?.remove();
        host = null;
      },
      destroy() {
        element.unmount();
        forget();
      },
      on(event, hear) {
        heard[event]?.add(hear);
        return element;
      },
      off(event, hear) {
        if (hear) heard[event]?.delete(hear);
        else heard[event]?.clear();
        return element;
      },
      async refresh() {
        const result = await retrieve();
        if (result.paymentIntent) amount.textContent = amountOf(result.paymentIntent);
        return result;
      },
    };
    return element;
  }

  window.StripeTwin = StripeTwin;
})();
