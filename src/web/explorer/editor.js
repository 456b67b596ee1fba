// The editor: a plain text field, with the coloured text and the numbers of its lines behind it, and completion.
//
// The field is a real <textarea>, so undo, selection, spelling aids and screen readers work as everywhere. Its own text is
// transparent; what is seen is the painted copy, which also gives it its size.

import { announce, h } from '/web/shared/dom.js';
import { complete } from './complete.js';
import { painted } from './tokens.js';

const SHOWN_MAX = 40;

export function makeEditor(place, { onchange, onrun }) {
  const field = h('textarea', {
    id: 'query', class: 'code', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off',
    'aria-autocomplete': 'list', 'aria-controls': 'offers',
  });
  const paint = h('pre', { class: 'code paint', 'aria-hidden': 'true' });
  const numbers = h('pre', { class: 'code numbers', 'aria-hidden': 'true' });
  const list = h('ul', { id: 'offers', class: 'offers', role: 'listbox', 'aria-label': 'Completion', hidden: true });
  const about = h('p', { class: 'offer-about', hidden: true });
  place.append(numbers, h('div', { class: 'sheet' }, paint, field, list), about);

  let schema = null;
  let open = null;
  let chosen = 0;

  const draw = () => {
    // The last line needs something in it to have a height.
    paint.replaceChildren(...painted(field.value), '\n');
    const lines = field.value.split('\n').length;
    numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join('\n');
  };
  const close = () => {
    open = null;
    list.hidden = true;
    about.hidden = true;
    field.removeAttribute('aria-activedescendant');
  };
  const choose = (at) => {
    chosen = (at + open.items.length) % open.items.length;
    [...list.children].forEach((option, own) => option.setAttribute('aria-selected', own === chosen));
    list.children[chosen].scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', list.children[chosen].id);
    const { label, detail, description } = open.items[chosen];
    about.textContent = `${label}: ${detail}. ${(description ?? '').replace(/\s+/g, ' ')}`;
    about.hidden = false;
  };
  const offer = () => {
    if (!schema) return;
    const at = field.selectionStart;
    const { prefix, items } = complete(field.value, at, schema);
    if (items.length === 0) {
      close();
      return;
    }
    open = { prefix, items: items.slice(0, SHOWN_MAX), at };
    list.replaceChildren(...open.items.map(({ label, detail }, own) => h('li', {
      id: `offer-${own}`, role: 'option', onmousedown: (event) => { event.preventDefault(); accept(own); },
    }, h('span', {}, label), h('span', { class: 'soft' }, detail))));
    const before = field.value.slice(0, at - prefix.length).split('\n');
    list.style.setProperty('--line', before.length);
    list.style.setProperty('--column', before.at(-1).length);
    list.hidden = false;
    choose(0);
    announce(`${items.length} completions`);
  };
  const accept = (own) => {
    const { prefix, items, at } = open;
    close();
    field.setRangeText(items[own].insert, at - prefix.length, at, 'end');
    draw();
    onchange();
    field.focus();
    if (items[own].insert.endsWith(': ')) offer();
  };

  field.addEventListener('input', (event) => {
    draw();
    onchange();
    if (/[\w$]/.test(event.data ?? '')) offer();
    else close();
  });
  field.addEventListener('blur', close);
  field.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey } = event;
    const keys = {
      ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1),
      Enter: () => accept(chosen), Tab: () => accept(chosen), Escape: close,
    };
    if ((ctrlKey || metaKey) && key === 'Enter') onrun();
    else if (ctrlKey && key === ' ') offer();
    else if (open && keys[key]) keys[key]();
    else return;
    event.preventDefault();
  });

  return {
    get value() { return field.value; },
    set value(text) {
      field.value = text;
      close();
      draw();
    },
    set schema(next) { schema = next; },
  };
}
