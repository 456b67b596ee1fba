// All products.

import { h } from '/web/shared/dom.js';
import { currency } from './cart.js';
import { PRODUCTS } from './documents.js';
import { picture } from './pictures.js';
import { ask, money, priceIn } from './shop.js';

export async function productsPage() {
  const { products } = await ask(PRODUCTS, {});
  const list = h('ul', { class: 'products' }, products.nodes.map(card));
  const count = h('p', { class: 'soft small', role: 'status' });
  const search = h('input', {
    id: 'search', type: 'search', autocomplete: 'off',
    // The server searches; what is typed on meanwhile wins over what comes back late.
    oninput: async () => {
      const wanted = search.value;
      try {
        const found = (await ask(PRODUCTS, { query: wanted || null })).products.nodes;
        if (wanted !== search.value) return;
        list.replaceChildren(...found.map(card));
        count.textContent = wanted ? `${found.length} found` : '';
      } catch ({ message }) {
        if (wanted === search.value) count.textContent = `This is not searched. ${message}`;
      }
    },
  });
  return {
    title: 'Products',
    body: h('div', { class: 'inside' },
      h('div', { class: 'hero' },
        h('div', {},
          h('h1', { tabindex: -1 }, 'Good things, plainly made'),
          h('p', { class: 'soft' }, 'A small shop to try a checkout with. Nothing is real but the arithmetic.')),
        h('div', { class: 'search' }, h('label', { for: 'search' }, 'Search the shop'), search, count)),
      list),
  };
}

function card(product) {
  const variants = product.variants.nodes;
  const prices = variants.map((variant) => priceIn(variant, currency())).filter(Boolean);
  // The first is the price of the first variant; whether others differ is seen in the texts, not computed.
  const several = new Set(prices.map(({ amount }) => amount)).size > 1;
  const price = prices.length ? `${several ? 'from ' : ''}${money(prices[0])}` : `Not sold in ${currency()}`;
  return h('li', {},
    h('a', { class: 'product', href: `/demo/products/${product.slug}` },
      picture(product.slug),
      h('span', { class: 'category' }, product.category ?? ''),
      h('span', { class: 'title' }, product.title),
      h('span', { class: 'price number' }, price),
      !product.availableForSale && h('span', { class: 'badge' }, 'Sold out')));
}
