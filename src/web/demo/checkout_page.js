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
import { problemsOf, showProblems, slot } from './problems.js';
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

class Checkout {
  /** Fields that the buyer has left once; before that, nobody is told that they are empty. */
  touched = new Set();
  tried = false;
  errors = [];
  paying = false;

  constructor(go, session, countries) {
    this.go = go;
    this.form = buyerForm(session, countries, (event) => this.edited(event));
    this.rates = ratesSection((shippingRateId) => this.change({ shippingRateId }));
    this.codes = codesSection((draft) => this.change(draft));
    this.payment = paymentSection({
      onproblem: (errors) => this.refused(errors),
      onwaiting: () => this.wait(),
    });
    this.next = h('button', { class: 'main wide', type: 'button', onclick: () => this.bind() });
    this.change_ = h('button', { type: 'button', onclick: () => this.pay(false) }, 'Change something');
    this.brief = h('div', { class: 'brief-buyer' });
    this.waiting = h('div', { class: 'notice info', role: 'status', hidden: true });
    this.offer = h('div', {});
    this.summary = h('div', {});
    this.state = h('output', { class: 'state small soft' });
    this.editing = h('div', { class: 'stack' },
      this.form, this.rates.section, this.codes.section, this.next);
    this.bound = h('div', { class: 'stack', hidden: true },
      h('div', { class: 'row spread' }, this.brief, this.change_), this.payment.section);
    this.body = h('div', { class: 'inside' },
      h('h1', { tabindex: -1 }, 'Checkout'),
      h('div', { class: 'two' },
        h('div', { class: 'card stack' }, this.waiting, this.offer, slot('', true), this.editing, this.bound),
        h('aside', { class: 'card stack', 'aria-labelledby': 'summary' },
          h('h2', { id: 'summary' }, 'Your order'), this.summary, this.state,
          h('button', { class: 'plain tiny', type: 'button', onclick: () => this.cancel() }, 'Cancel this checkout'))));
  }

  /** Begins to show the session; answers how to end that. */
  start() {
    const session = cart.current();
    this.draw(session);
    if (session.state === 'BOUND') this.pay(true);
    const ends = [cart.onChange((now) => this.draw(now)), watchSession(cart.token(), cart.accept)];
    return () => ends.forEach((end) => end());
  }

  draw(session) {
    if (session.state === 'COMPLETED') return this.go('/demo/order');
    if (session.state === 'CANCELED' || session.state === 'EXPIRED') return this.over(session);
    this.rates.draw(session);
    this.codes.draw(session);
    fill(this.summary, briefLines(session.lines), totals(session));
    this.next.textContent = `Continue to payment · ${money(session.totals.amountDue)}`;
    fill(this.brief, h('strong', {}, session.customer?.name ?? ''), h('br'),
      h('span', { class: 'soft' }, session.customer?.email ?? ''));
    this.state.textContent = `State ${session.state}, revision ${session.revision}`;
    const processing = session.state === 'PAYMENT_PROCESSING';
    if (processing) this.wait();
    if (this.paying && !processing && session.paymentAttempt?.status === 'FAILED') this.waiting.hidden = true;
    // Another tab released what was bound here.
    if (this.paying && !['BOUND', 'PAYMENT_PROCESSING'].includes(session.state)) this.pay(false);
    this.say();
    return undefined;
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
    if (selectShippingRate) return this.change({ shippingRateId: selectShippingRate.id });
    if (setQuantity) return this.took(cart.setQuantity(setQuantity.line.id, setQuantity.quantity));
    const codes = cart.current().discountCodes.map(({ code }) => code).filter((code) => code !== removeDiscountCode);
    return this.change({ discountCodes: codes });
  }

  edited(event) {
    if (event) this.touched.add(event.target.name);
    return this.change(draftOf(this.form));
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
    this.waiting.hidden = true;
    this.say();
  }

  /** Fixes the total. `expected` is what the buyer saw, on the screen or in an offer. */
  async bind(expected = cart.current().totals.grandTotal) {
    this.tried = true;
    this.next.disabled = true;
    const { userErrors } = await cart.bind(expected, ({ applicableShippingRates }) => {
      const chosen = applicableShippingRates.find(({ selected }) => selected);
      return { ...draftOf(this.form), ...(chosen && { shippingRateId: chosen.rate.id }) };
    });
    this.next.disabled = false;
    fill(this.offer);
    const changed = userErrors.find(({ code }) => code === 'TOTAL_CHANGED');
    if (changed) {
      this.refused([]);
      fill(this.offer, changedTotal(changed, () => this.bind(changed.actual)));
      this.offer.querySelector('button').focus();
      return undefined;
    }
    this.refused(userErrors);
    if (userErrors.length) return this.body.querySelector('[aria-invalid]')?.focus();
    return this.pay(true);
  }

  /** Goes to payment and back. Going back changes nothing yet: the total stays bound until something is changed. */
  pay(paying) {
    this.paying = paying;
    this.editing.hidden = paying;
    this.bound.hidden = !paying;
    if (!paying) {
      this.waiting.hidden = true;
      return undefined;
    }
    if (isZero(cart.current().totals.amountDue)) return this.complete();
    announce('Payment');
    return this.payment.open();
  }

  /** Nothing is left to pay, so there is nobody to wait for. */
  async complete() {
    const { userErrors } = await cart.complete();
    if (userErrors.length) this.pay(false);
    this.refused(userErrors);
  }

  wait() {
    this.waiting.hidden = false;
    fill(this.waiting, h('p', {}, 'Waiting for the payment provider. The order exists once the provider says so.'));
  }

  async cancel() {
    const { userErrors } = await cart.cancel();
    this.refused(userErrors);
  }

  over({ state }) {
    const canceled = state === 'CANCELED';
    fill(this.body,
      h('h1', { tabindex: -1 }, canceled ? 'The checkout is canceled' : 'The checkout has run out'),
      h('p', {}, canceled ? 'Nothing was taken, and what was held is free again.' : 'It was open for too long.'),
      h('p', {}, h('a', { class: 'button main', href: '/demo' }, 'See the products')));
    this.body.querySelector('h1').focus();
  }
}
