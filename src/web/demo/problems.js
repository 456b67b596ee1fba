// Where a message of the server is shown: at the field it is about, or above all where it is about none.
//
// Messages of the session and errors of a mutation name their place by a JSONPath, for example
// `$.shippingAddress.postalCode` or `$.draft.customer.email`. Without what is in front of it, that is the name of a
// field of the form.

import { h } from '/web/shared/dom.js';

/** A place for problems whose path begins with `path`; the one without a path takes what no other takes. */
export const slot = (path, loud = false) => h('div', {
  class: 'slot', 'data-slot': path, id: path ? `problem-${path}` : null, role: loud ? 'alert' : null, tabindex: -1,
});

const pathOf = (field) => (field ?? '').replace(/^\$\.?/, '').replace(/^draft\.?/, '')
  .replace(/^selectedShippingRate/, 'shippingRateId').replace(/^applicableShippingRates/, 'shippingRateId');

/** What the code of a message says of its place, where it names none. */
const HOME = {
  SHIPPING_RATE_REQUIRED: 'shippingRateId',
  SHIPPING_RATE_UNAVAILABLE: 'shippingRateId',
  DESTINATION_NOT_COVERED: 'shippingRateId',
  DISCOUNT_NOT_APPLICABLE: 'discountCodes',
  GIFT_CERTIFICATE_NOT_APPLICABLE: 'giftCertificateCodes',
  PAYMENT_DECLINED: 'payment',
};

/** Messages and errors in one shape: `{ path, text, tone, code, suggestion }`. An error wins over the same message. */
export function problemsOf(session, userErrors) {
  const errors = userErrors.map(({ code, message, field }) => (
    { code, text: message, path: pathOf(field) || HOME[code] || '', tone: 'bad' }));
  const tones = { ERROR: 'bad', WARNING: 'warn', INFO: 'info' };
  const messages = (session?.messages ?? []).map(({ code, content, field, type, suggestion, discountCode }) => (
    { code, text: content, path: HOME[code] ?? pathOf(field), tone: tones[type] ?? 'info', suggestion, discountCode }));
  const said = new Set(errors.map(({ path, text }) => `${path} ${text}`));
  const isField = ({ path }) => /^(customer|shippingAddress)\./.test(path);
  const marked = new Set(errors.filter(isField).map(({ path }) => path));
  return [...errors, ...messages.filter(({ path, text }) => !said.has(`${path} ${text}`) && !marked.has(path))];
}

/** Puts each problem into its slot, and marks the fields that are to blame. `onsuggestion` is called with a way out. */
export function showProblems(page, problems, onsuggestion) {
  const slots = [...page.querySelectorAll('[data-slot]')];
  const contents = new Map(slots.map((place) => [place, []]));
  const rank = (place, path) => {
    const own = place.dataset.slot;
    return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`) || own === '' ? own.length : -1;
  };
  for (const field of page.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
  for (const problem of problems) {
    const place = slots.reduce((best, one) => (
      rank(one, problem.path) > (best ? rank(best, problem.path) : -1) ? one : best), null);
    if (!place) continue;
    contents.get(place).push(told(problem, place.dataset.slot !== '', onsuggestion));
    const field = problem.path && page.querySelector(`[name="${CSS.escape(problem.path)}"]`);
    if (!field || problem.tone !== 'bad') continue;
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', place.id);
  }
  for (const [place, nodes] of contents) {
    // Untouched where nothing changed: an alert that is set anew is read out anew.
    const text = nodes.map((node) => node.textContent).join('|');
    if (place.dataset.said === text) continue;
    place.dataset.said = text;
    place.replaceChildren(...nodes);
  }
}

/** Brings the buyer to what is wrong: to the first field that is to blame, else to the first place that says something. */
export function goToProblem(page) {
  const said = [...page.querySelectorAll('[data-slot]')]
    .find((place) => place.querySelector('.bad, .problem') && !place.closest('[hidden]'));
  (page.querySelector('[aria-invalid]') ?? said)?.focus();
}

function told(problem, atField, onsuggestion) {
  const way = onsuggestion && problem.suggestion && wayOut(problem.suggestion);
  const button = way && h('button', { class: 'tiny', type: 'button', onclick: () => onsuggestion(problem.suggestion) }, way);
  if (atField && problem.tone === 'bad' && !button) return h('p', { class: 'problem' }, problem.text);
  return h('div', { class: `notice ${problem.tone}` }, h('p', {}, problem.text), button);
}

/** What a button says that does what the server suggests. */
function wayOut({ selectShippingRate, setQuantity, removeDiscountCode }) {
  if (selectShippingRate) return `Choose ${selectShippingRate.name}`;
  if (setQuantity) return setQuantity.quantity ? `Take ${setQuantity.quantity}` : 'Remove it';
  return removeDiscountCode ? `Remove ${removeDiscountCode}` : null;
}
