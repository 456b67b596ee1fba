// The frame around the pages: addresses, the header, the focus.
//
// Addresses are real paths, so each page can be reloaded and linked to; the server answers the same file for all.

import { announce, h } from '/web/shared/dom.js';
import * as cart from './cart.js';
import { cartPage } from './cart_page.js';
import { checkoutPage } from './checkout_page.js';
import { orderPage } from './order_page.js';
import { productPage } from './product_page.js';
import { productsPage } from './products_page.js';

const PAGES = [
  [/^\/demo\/?$/, productsPage],
  [/^\/demo\/products\/([^/]+)$/, productPage],
  [/^\/demo\/cart$/, cartPage],
  [/^\/demo\/checkout$/, checkoutPage],
  [/^\/demo\/order$/, orderPage],
];

const main = document.getElementById('main');
let leave = () => {};
let visit = 0;

/** Shows the page of the address. A page answers `{ title, body, leave }`; `leave` ends what it left running. */
async function show({ first = false } = {}) {
  leave();
  leave = () => {};
  const own = (visit += 1);
  const [, page, parts] = PAGES.map(([pattern, make]) => [pattern, make, location.pathname.match(pattern)])
    .find(([, , match]) => match) ?? [null, productsPage, []];
  let shown;
  try {
    shown = await page(go, ...parts.slice(1).map(decodeURIComponent));
  } catch (error) {
    shown = { title: 'Something went wrong', body: failure(error) };
  }
  // Somebody was faster: the buyer is on another page by now.
  if (own !== visit) return shown.leave?.();
  leave = shown.leave ?? leave;
  document.title = `${shown.title} · Demo Goods`;
  main.replaceChildren(...[shown.body].flat());
  if (first) return undefined;
  // A page that came without a reload has to say so itself: to the eye, to the keyboard, and aloud.
  window.scrollTo(0, 0);
  main.querySelector('h1')?.focus({ preventScroll: true });
  announce(shown.title);
  return undefined;
}

const failure = (error) => h('div', { class: 'narrow' },
  h('h1', { tabindex: -1 }, 'Something went wrong'),
  h('p', { class: 'notice bad' }, error.message),
  h('button', { class: 'main', onclick: () => show() }, 'Try again'));

/** Goes to another page of the shop. */
function go(path) {
  history.pushState(null, '', path);
  return show();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/demo"]');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute('href'));
});
window.addEventListener('popstate', () => show());

const link = document.getElementById('cart-link');
cart.onChange((session) => {
  const open = session && cart.token();
  link.textContent = open ? `Cart (${session.totalQuantity})` : 'Cart';
});

const currency = document.getElementById('currency');
currency.value = cart.currency();
currency.addEventListener('change', async () => {
  const before = cart.token();
  const errors = await cart.changeCurrency(currency.value);
  currency.value = cart.currency();
  document.getElementById('currency-problem')?.remove();
  // A session that stays goes on where it is: a payment may be under way on this page.
  if (errors.length === 0 || cart.token() !== before) await show();
  if (errors.length === 0) return;
  main.prepend(h('div', { class: 'inside', id: 'currency-problem' }, h('p', { class: 'notice bad', role: 'alert' },
    `The cart stays in ${cart.currency()}: ${errors.map(({ message }) => message).join(' ')}`)));
});

// Where the cart cannot be read, the pages that show it say so.
await cart.resume().catch(() => {});
await show({ first: true });
