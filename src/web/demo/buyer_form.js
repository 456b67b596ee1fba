// Who buys and where it goes: the fields, and the draft that they make.
//
// A field's name is the path of its value in the draft, which is also the path that the server's messages name.

import { h } from '/web/shared/dom.js';
import { slot } from './problems.js';
import { countryName } from './shop.js';

/** Nobody ships there, which is something to try, too. */
const NOT_COVERED = 'BR';

const EXAMPLES = {
  US: ['1 Main St', 'Austin', 'TX', '73301'],
  DE: ['Musterstraße 1', 'Berlin', '', '10115'],
  JP: ['1-1 Chiyoda', 'Tokyo', '', '100-0001'],
  GB: ['1 Sample Row', 'London', '', 'N1 1AA'],
  CA: ['1 Example Ave', 'Toronto', 'ON', 'M5H 2N2'],
};
const HOME_OF = { USD: 'US', EUR: 'DE', JPY: 'JP' };

function field(name, label, autocomplete, more = {}, hint = null) {
  return h('div', { class: `field ${more.class ?? ''}` },
    h('label', { for: name }, label),
    h('input', { id: name, name, autocomplete, ...more, class: null }),
    hint && h('p', { class: 'hint' }, hint),
    slot(name));
}

/** The form's parts, filled with what the session knows. `onchange` is called after each change of a field. */
export function buyerForm(session, countries, onchange) {
  const codes = [...new Set([...countries, NOT_COVERED])]
    .map((code) => [code, countryName(code)]).sort(([, one], [, other]) => one.localeCompare(other));
  const country = h('select', { id: 'shippingAddress.countryCode', name: 'shippingAddress.countryCode', autocomplete: 'country' },
    codes.map(([code, name]) => h('option', { value: code }, name)));
  const address = session.requiresShipping && h('section', { 'aria-labelledby': 'where' },
    h('h2', { id: 'where' }, 'Where to'),
    h('div', { class: 'field' }, h('label', { for: country.id }, 'Country'), country, slot(country.name)),
    field('shippingAddress.address1', 'Street and number', 'address-line1'),
    h('div', { class: 'fields place' },
      field('shippingAddress.postalCode', 'Postal code', 'postal-code'),
      field('shippingAddress.city', 'City', 'address-level2')),
    field('shippingAddress.regionCode', 'State or region', 'address-level1', { class: 'short', maxlength: 10 }, 'Its code, such as TX or CA'),
    slot('shippingAddress'));
  const form = h('div', { onchange },
    h('section', { 'aria-labelledby': 'who' },
      h('div', { class: 'row spread' },
        h('h2', { id: 'who' }, 'Who buys'),
        h('button', { class: 'plain tiny', type: 'button', onclick: () => example(form, onchange) }, 'Fill in an example')),
      field('customer.name', 'Full name', 'name'),
      field('customer.email', 'Email', 'email', { inputmode: 'email' }),
      slot('customer')),
    address);
  write(form, { customer: session.customer, shippingAddress: session.shippingAddress });
  if (!session.shippingAddress?.countryCode) country.value = HOME_OF[session.currency] ?? 'US';
  return form;
}

function write(form, values) {
  for (const input of form.querySelectorAll('[name]')) {
    const [group, part] = input.name.split('.');
    if (values[group]?.[part]) input.value = values[group][part];
  }
}

function example(form, onchange) {
  const countryCode = form.querySelector('select')?.value;
  const [address1, city, regionCode, postalCode] = EXAMPLES[countryCode] ?? ['1 Example St', 'Sampleton', '', '1000'];
  for (const input of form.querySelectorAll('input')) input.value = '';
  write(form, {
    customer: { name: 'Dana Reyes', email: 'dana@example.com' },
    shippingAddress: { address1, city, regionCode, postalCode },
  });
  onchange();
}

/** What the form says, as a part of the draft. An empty field is null, which clears what was stored. */
export function draftOf(form) {
  const draft = {};
  for (const input of form.querySelectorAll('[name]')) {
    const [group, part] = input.name.split('.');
    (draft[group] ??= {})[part] = input.value.trim() || null;
  }
  return draft;
}
