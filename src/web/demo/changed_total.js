// The total is not the one that the buyer saw: what it was, what it is, and which lines changed and why.

import { h } from '/web/shared/dom.js';
import { money } from './shop.js';

const WHY = { PRICE: 'its price changed', DISCOUNT: 'its discount changed', TAX: 'its tax changed' };

/** The offer of a new total; `onaccept` binds it. */
export function changedTotal({ message, expected, actual, lines }, onaccept) {
  return h('div', { class: 'notice warn appear', role: 'alert' },
    h('p', {}, h('strong', {}, message)),
    h('p', { class: 'number' }, `It was ${money(expected)} and is ${money(actual)} now.`),
    lines.length > 0 && h('ul', {}, lines.map(({ line, reason, before, after }) => h('li', { class: 'number' },
      `${line.title}: ${WHY[reason] ?? 'it changed'}, ${money(before)} before, ${money(after)} now`))),
    h('button', { class: 'tiny', type: 'button', onclick: onaccept }, `Accept ${money(actual)}`));
}
