// Discount codes and gift certificates: one box each, and what became of every code.

import { fill, h } from '/web/shared/dom.js';
import { slot } from './problems.js';
import { money } from './shop.js';

const codesOf = (codes) => codes.map(({ code }) => code);
const masksOf = (certificates) => certificates.map(({ maskedCode }) => maskedCode);

/**
 * The section; `draw` fills it from a session. `onchange` is called with what makes a part of the draft out of the session
 * as it is then: a list that was made earlier would undo what was entered in between.
 */
export function codesSection(onchange) {
  const discounts = box({
    id: 'discount', label: 'Discount code', hint: 'For example WELCOME10, FREESHIP, SUMMER20', path: 'discountCodes',
    add: (code) => onchange(({ discountCodes }) => ({ discountCodes: [...codesOf(discountCodes), code] })),
  });
  const gifts = box({
    id: 'gift', label: 'Gift certificate', hint: 'For example DEMO-GIFT-5000', path: 'giftCertificateCodes',
    // A code that the session has may be named by its masked form; the raw one is never shown again.
    add: (code) => onchange(({ giftCertificates }) => ({ giftCertificateCodes: [...masksOf(giftCertificates), code] })),
  });
  const section = h('section', { 'aria-labelledby': 'codes' },
    h('h2', { id: 'codes', tabindex: -1 }, 'Codes'), h('div', { class: 'fields' }, discounts.place, gifts.place));
  const draw = (session) => {
    fill(discounts.list, session.discountCodes.map(({ code, applicable, amount }) => entry(
      code, applicable ? `takes off ${money(amount)}` : why(session, code), applicable,
      () => onchange(({ discountCodes }) => ({ discountCodes: codesOf(discountCodes).filter((own) => own !== code) })))));
    fill(gifts.list, session.giftCertificates.map(({ maskedCode, amountApplied }) => entry(
      maskedCode, `pays ${money(amountApplied)}`, true,
      () => onchange(({ giftCertificates }) => (
        { giftCertificateCodes: masksOf(giftCertificates).filter((own) => own !== maskedCode) })))));
  };
  return { section, draw };
}

/** Why a code does not apply, as the server says it. */
const why = (session, code) => session.messages.find(({ discountCode }) => discountCode === code)?.content
  ?? 'This code does not apply.';

function box({ id, label, hint, path, add }) {
  const input = h('input', { id, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false' });
  const list = h('ul', { class: 'codes', 'aria-live': 'polite' });
  const send = async () => {
    const code = input.value.trim();
    if (!code) return;
    input.value = '';
    await add(code);
  };
  const place = h('form', { class: 'field', onsubmit: (event) => { event.preventDefault(); send(); } },
    h('label', { for: id }, label),
    h('div', { class: 'row join' }, input, h('button', { type: 'submit' }, 'Apply', h('span', { class: 'unseen' }, ` ${label}`))),
    h('p', { class: 'hint' }, hint), list, slot(path, true));
  return { place, list };
}

const entry = (code, what, good, remove) => h('li', { class: good ? 'code' : 'code bad' },
  h('span', {}, h('strong', {}, code), ` ${what}`),
  h('button', { id: `remove-${code}`, class: 'plain tiny', type: 'button', onclick: remove },
    'Remove', h('span', { class: 'unseen' }, ` ${code}`)));
