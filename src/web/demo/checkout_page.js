// The whole checkout on one page: buyer, address, delivery, codes, a bound total, payment.
//
// Each change goes to the server at once and its answer is what is shown. "Continue to payment" binds the total that is on
// the screen; a total that changed meanwhile is shown with what changed, and is the buyer's to accept.

import { announce, fill, h } from '/web/shared/dom.js';
import * as cart from './cart.js';
import { buyerForm, draftOf } from './buyer_form.js';
import { codesSection } from './codes.js';
import { COUNTRIES } from './documents.js';
import { paymentSection } from './payment.js';
import { goToProblem, problemsOf, showProblems, slot } from './problems.js';
import { ratesSection } from './rates.js';
import { ask, isZero, money } from './shop.js';
import { briefLines, totals } from './totals.js';
import { changedTotal } from './changed_total.js';
import { watchSession } from './watch.js';

export async function checkoutPage(go) {
  await cart.resume();
  const session = cart.current();
  if (!session || !cart.token() || session.lines.length === 0) return nothing();
  const { organization } = await ask(COUNTRIES);
  const page = new Checkout(go, session, organization.shipsToCountries);
  return { title: 'Checkout', body: page.body, leave: page.start() };
}

const nothing = () => ({
  title: 'Checkout',
  body: h('div', { class: 'narrow' },
    h('h1', { tabindex: -1 }, 'There is nothing to check out'),
    h('p', {}, h('a', { href: '/demo' }, 'See the products'))),
});

/** How often the server is asked to look at the provider while a payment is waited for. */
const ASK_MS = 5000;

class Checkout {
  /** Fields that the buyer has left once; before that, nobody is told that they are empty. */
  touched = new Set();
  tried = false;
  errors = [];
  /** What the buyer does: `editing`, `paying`, or `waiting` for the outcome of a payment. */
  step = 'editing';
  /** The state that the session was in, and the last change of its payment before the buyer's press on Pay. */
  state = null;
  sentAfter = null;
  fixing = false;
  asking = null;

  constructor(go, session, countries) {
    this.go = go;
    this.form = buyerForm(session, countries, (event) => this.edited(event));
    this.rates = ratesSection((shippingRateId) => this.change(() => ({ shippingRateId })));
    this.codes = codesSection((draft) => this.change(draft));
    this.payment = paymentSection({
      onpay: () => this.fix(cart.current().totals),
      onproblem: (errors) => this.refused(errors),
      onsent: (before) => this.wait(before),
    });
    this.next = h('button', { class: 'main wide', type: 'button', onclick: () => this.bind() });
    this.brief = h('div', { class: 'brief-buyer' });
    this.offer = h('div', {});
    this.summary = h('div', {});
    this.about = h('p', { class: 'state small soft' });
    this.title = h('h1', { tabindex: -1 }, 'Checkout');
    this.parts = {
      editing: h('div', { class: 'stack' }, this.form, this.rates.section, this.codes.section, this.next),
      paying: h('div', { class: 'stack', hidden: true },
        h('div', { class: 'row spread' }, this.brief,
          h('button', { type: 'button', onclick: () => this.turnTo('editing') }, 'Change something')),
        this.payment.section),
      waiting: h('div', { class: 'notice info', role: 'status', tabindex: -1, hidden: true },
        h('p', {}, 'Waiting for the payment provider. The order exists once the provider says so.')),
    };
    this.body = h('div', { class: 'inside' },
      this.title,
      h('div', { class: 'two' },
        h('div', { class: 'card stack' }, this.offer, slot('', true), Object.values(this.parts)),
        h('aside', { class: 'card stack', 'aria-labelledby': 'summary' },
          h('h2', { id: 'summary' }, 'Your order'), this.summary, this.about,
          h('button', { class: 'plain tiny', type: 'button', onclick: () => this.cancel() }, 'Cancel this checkout'))));
  }

  /** Begins to show the session; answers how to end that. */
  start() {
    const session = cart.current();
    this.draw(session);
    if (session.state === 'BOUND') this.openPayment();
    const ends = [cart.onChange((now) => this.draw(now)), watchSession(cart.token(), cart.accept)];
    return () => [...ends, () => clearInterval(this.asking)].forEach((end) => end());
  }

  draw(session) {
    if (session.state === 'COMPLETED') return this.go('/demo/order');
    if (session.state === 'CANCELED' || session.state === 'EXPIRED') return this.over(session);
    this.rates.draw(session);
    this.codes.draw(session);
    fill(this.summary, briefLines(session.lines), totals(session));
    const { amountDue } = session.totals;
    this.next.textContent = `${isZero(amountDue) ? 'Place the order' : 'Continue to payment'} · ${money(amountDue)}`;
    fill(this.brief, h('strong', {}, session.customer?.name ?? ''), h('br'),
      h('span', { class: 'soft' }, session.customer?.email ?? ''));
    this.about.textContent = `State ${session.state}, revision ${session.revision}`;
    this.keepUp(session);
    this.say();
    return undefined;
  }

  /** Goes to the step that the session is at, wherever that was decided: here, in another tab, or at the provider. */
  keepUp({ state, binding, paymentAttempt: attempt }) {
    const was = this.state;
    this.state = state;
    const failed = attempt?.status === 'FAILED' && attempt.updatedAt !== this.sentAfter;
    if (state === 'PAYMENT_PROCESSING') this.turnTo('waiting');
    else if (state !== 'BOUND') this.turnTo('editing');
    else if (this.step === 'waiting' && (failed || was === 'PAYMENT_PROCESSING')) this.openPayment();
    else if (this.step === 'paying' && binding && !this.fixing && this.payment.isOld(binding.total)) this.openPayment();
  }

  /** Shows a step in place of the one before, and takes the focus along, which would be lost with what it was on. */
  turnTo(step) {
    if (step === this.step) return;
    this.step = step;
    for (const [name, part] of Object.entries(this.parts)) part.hidden = name !== step;
    const heads = { editing: this.title, paying: this.payment.section.querySelector('h2'), waiting: this.parts.waiting };
    heads[step].focus();
    // The provider's word to the server may get lost, and the server's to this page.
    clearInterval(this.asking);
    if (step === 'waiting') this.asking = setInterval(() => cart.complete(), ASK_MS);
  }

  /** Shows what is wrong where it is wrong. */
  say() {
    const session = cart.current();
    // Nobody is told that a field is empty which they did not come to yet, or which they have filled in meanwhile.
    const filled = (path) => Boolean(this.form.querySelector(`[name="${CSS.escape(path)}"]`)?.value);
    const early = ({ code, path }) => code === 'MISSING' && (filled(path) || !(this.tried || this.touched.has(path)));
    // A decline that the element told is not told again by the session.
    const told = this.errors.some(({ field }) => field === 'payment');
    const problems = problemsOf(session, this.errors)
      .filter((problem) => !early(problem) && !(told && problem.code === 'PAYMENT_DECLINED'))
      .filter(({ code }) => code !== 'SHIPPING_RATE_REQUIRED' || this.tried)
      // The list of codes says it of each.
      .filter(({ discountCode }) => !discountCode);
    showProblems(this.body, problems, (suggestion) => this.follow(suggestion));
  }

  /** Does what the server suggests. */
  follow({ selectShippingRate, setQuantity, removeDiscountCode }) {
    if (selectShippingRate) return this.change(() => ({ shippingRateId: selectShippingRate.id }));
    if (setQuantity) return this.took(cart.setQuantity(setQuantity.line.id, setQuantity.quantity));
    return this.change(({ discountCodes }) => (
      { discountCodes: discountCodes.map(({ code }) => code).filter((code) => code !== removeDiscountCode) }));
  }

  edited(event) {
    if (event) this.touched.add(event.target.name);
    return this.change(() => draftOf(this.form));
  }

  change(draft) {
    return this.took(cart.reprice(draft));
  }

  async took(changing) {
    const { userErrors } = await changing;
    fill(this.offer);
    this.refused(userErrors);
    announce(`Total ${money(cart.current().totals.grandTotal)}`);
  }

  refused(userErrors) {
    this.errors = userErrors;
    this.say();
  }

  /** Fixes the totals that the buyer saw, on the screen or in an offer, and goes on to payment. */
  async bind(seen = cart.current().totals) {
    this.tried = true;
    this.next.disabled = true;
    const bound = await this.fix(seen);
    this.next.disabled = false;
    if (!bound) return;
    if (isZero(cart.current().totals.amountDue)) await this.complete();
    else await this.openPayment();
  }

  /** Binds what the buyer saw, for the first time or once more; answers whether that worked, and has said why where not. */
  async fix(seen) {
    this.fixing = true;
    const { userErrors } = await cart.bind(seen, ({ applicableShippingRates }) => {
      const chosen = applicableShippingRates.find(({ selected }) => selected);
      return { ...draftOf(this.form), ...(chosen && { shippingRateId: chosen.rate.id }) };
    });
    this.fixing = false;
    fill(this.offer);
    const changed = userErrors.find(({ code }) => code === 'TOTAL_CHANGED');
    this.refused(changed ? [] : userErrors);
    if (changed) {
      // What the offer says is what is accepted, whatever is told of the session meanwhile.
      const which = changed.field === '$.expectedAmountDue' ? 'amountDue' : 'grandTotal';
      const offered = { ...cart.current().totals, [which]: changed.actual };
      fill(this.offer, changedTotal(changed, () => this.bind(offered)));
      this.offer.querySelector('button').focus();
    } else if (userErrors.length) {
      if (this.form.querySelector('[aria-invalid]')) this.turnTo('editing');
      goToProblem(this.body);
    }
    return userErrors.length === 0;
  }

  /** Shows the element with what is to be paid now. Where that is nothing, only the buyer places the order. */
  openPayment() {
    if (isZero(cart.current().totals.amountDue)) return this.turnTo('editing');
    this.turnTo('paying');
    return this.payment.open();
  }

  /** Nothing is left to pay, so there is nobody to wait for. */
  async complete() {
    const { userErrors } = await cart.complete();
    this.refused(userErrors);
    goToProblem(this.body);
  }

  /** The payment is sent. `before` is its last change before that: a failure of that time is of an earlier try. */
  wait(before) {
    this.sentAfter = before;
    if (this.step === 'paying') this.turnTo('waiting');
    this.keepUp(cart.current());
  }

  async cancel() {
    const { userErrors } = await cart.cancel();
    this.refused(userErrors);
    goToProblem(this.body);
  }

  over({ state }) {
    clearInterval(this.asking);
    const canceled = state === 'CANCELED';
    fill(this.body,
      h('h1', { tabindex: -1 }, canceled ? 'The checkout is canceled' : 'The checkout has run out'),
      h('p', {}, canceled ? 'Nothing was taken, and what was held is free again.' : 'It was open for too long.'),
      h('p', { class: 'row' },
        h('a', { class: 'button main', href: '/demo' }, 'See the products'),
        h('a', { href: '/demo/cart' }, 'Back to the cart')));
    this.body.querySelector('h1').focus();
  }
}
