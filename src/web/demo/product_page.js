// One product: choose a variant, put it into the cart.

import { announce, fill, h } from '/web/shared/dom.js';
import * as cart from './cart.js';
import { PRODUCT } from './documents.js';
import { picture } from './pictures.js';
import { ask, money, priceIn } from './shop.js';

export async function productPage(go, slug) {
  const { product } = await ask(PRODUCT, { slug });
  if (!product) return missing();
  const variants = product.variants.nodes;
  let chosen = variants.find((variant) => variant.availableForSale) ?? variants[0];
  const facts = h('div', { class: 'facts', role: 'status' });
  const button = h('button', { class: 'main wide', type: 'submit' }, 'Add to cart');
  const quantity = h('input', { id: 'quantity', type: 'number', min: 1, max: 9999, value: 1, inputmode: 'numeric' });
  const outcome = h('div', { class: 'outcome' });
  const frame = h('div', { class: 'frame' });

  const look = () => {
    fill(facts, described(chosen));
    fill(frame, picture(product.slug, chosen.title));
    button.disabled = !chosen.availableForSale || !priceIn(chosen, cart.currency());
    button.textContent = chosen.availableForSale ? 'Add to cart' : 'Sold out';
  };
  const choices = product.options.map(({ name, values }) => choice(name, values, chosen, () => {
    const wanted = [...form.querySelectorAll('.choice input:checked')];
    const fits = ({ selectedOptions }) => wanted
      .every((input) => selectedOptions.some(({ name: of, value }) => of === input.name && value === input.value));
    const found = variants.find(fits);
    outcome.replaceChildren();
    if (found) {
      chosen = found;
      look();
    } else {
      // Not every combination is sold.
      fill(facts, h('p', { class: 'soft' }, 'This combination is not sold.'));
      button.disabled = true;
    }
  }));
  const form = h('form', {
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      const { userErrors } = await cart.add(chosen.sku, Number(quantity.value));
      look();
      outcome.replaceChildren(userErrors.length ? refused(userErrors) : added(product.title, quantity.value));
    },
  },
  choices,
  h('div', { class: 'amount' }, h('label', { for: 'quantity' }, 'Quantity'), quantity),
  button, outcome);
  look();
  return {
    title: product.title,
    body: h('div', { class: 'inside' },
      h('p', { class: 'small' }, h('a', { href: '/demo' }, 'All products')),
      h('div', { class: 'one' },
        frame,
        h('div', {},
          h('p', { class: 'category' }, product.category ?? ''),
          h('h1', { tabindex: -1 }, product.title),
          product.vendor && h('p', { class: 'soft small' }, `by ${product.vendor}`),
          h('p', {}, product.description),
          facts, form))),
  };
}

const choice = (name, values, chosen, onchange) => h('fieldset', { class: 'choice' },
  h('legend', { class: 'label' }, name),
  h('div', { class: 'pills' }, values.map((value) => h('label', { class: 'pill' },
    h('input', {
      type: 'radio', name, value, onchange,
      checked: chosen.selectedOptions.some((option) => option.name === name && option.value === value),
    }),
    h('span', {}, value)))));

function described(variant) {
  const price = priceIn(variant, cart.currency());
  const { compareAtPrice, quantityAvailable } = variant;
  const struck = price && compareAtPrice?.currency === price.currency ? compareAtPrice : null;
  return [
    h('p', { class: 'big number' },
      price ? money(price) : `Not sold in ${cart.currency()}`,
      struck && h('s', { class: 'soft' }, h('span', { class: 'unseen' }, 'before '), money(struck))),
    variant.availableForSale
      ? quantityAvailable !== null && h('p', { class: 'soft small' }, `${quantityAvailable} in stock`)
      : h('p', { class: 'notice warn' }, 'This is sold out.'),
  ];
}

const refused = (errors) => h('div', { class: 'notice bad', role: 'alert' },
  errors.map(({ message }) => h('p', {}, message)));

function added(title, quantity) {
  announce(`${quantity} × ${title} added to the cart`);
  return h('div', { class: 'notice good appear' },
    h('p', {}, `Added: ${quantity} × ${title}.`),
    h('div', { class: 'row' },
      h('a', { class: 'button tiny', href: '/demo/cart' }, 'See the cart'),
      h('a', { class: 'button tiny', href: '/demo/checkout' }, 'Check out')));
}

const missing = () => ({
  title: 'No such product',
  body: h('div', { class: 'narrow' },
    h('h1', { tabindex: -1 }, 'There is no such product'),
    h('p', {}, h('a', { href: '/demo' }, 'See all products'))),
});
