// The cart: quantities, and what the server makes of them.

import { fill, h } from '/web/shared/dom.js';
import * as cart from './cart.js';
import { picture } from './pictures.js';
import { goToProblem, problemsOf, showProblems, slot } from './problems.js';
import { money } from './shop.js';
import { totals } from './totals.js';

export async function cartPage() {
  await cart.resume();
  const body = h('div', { class: 'inside' });
  const draw = () => {
    const session = cart.current();
    const open = session && cart.token() && session.lines.length > 0;
    const ended = session && !cart.token() && ENDS[session.state];
    fill(body, h('h1', { tabindex: -1 }, 'Cart'), (open && filled(session)) || (ended && over(session, body)) || empty());
    if (open) showProblems(body, aboutGoods(session));
  };
  draw();
  return { title: 'Cart', body, leave: cart.onChange(draw) };
}

/** What is missing of the buyer is the checkout's business. */
const aboutGoods = (session, errors = []) => problemsOf(session, errors)
  .filter(({ code, path }) => code !== 'MISSING' && !path.startsWith('shippingRateId'));

const empty = () => h('div', { class: 'card empty' },
  h('p', {}, 'There is nothing in it yet.'),
  h('a', { class: 'button main', href: '/demo' }, 'See the products'),
  cart.orderToken() && h('p', {}, h('a', { href: '/demo/order' }, 'See your last order')));

const ENDS = {
  COMPLETED: 'What was in it is ordered.',
  CANCELED: 'This checkout was canceled.',
  EXPIRED: 'This checkout was open for too long and has run out.',
};

/** Why the cart is empty that was not, and the way on. */
function over({ state, lines }, body) {
  const again = async () => {
    const { userErrors } = await cart.again();
    showProblems(body, problemsOf(null, userErrors));
    goToProblem(body);
  };
  return h('div', { class: 'card empty' },
    slot('', true),
    h('p', {}, ENDS[state]),
    state === 'COMPLETED' ? h('a', { class: 'button main', href: '/demo/order' }, 'See the order')
      : lines.length > 0 && h('button', { class: 'main', type: 'button', onclick: again }, 'Start again with the same goods'),
    h('p', {}, h('a', { href: '/demo' }, 'See the products')));
}

function filled(session) {
  return h('div', { class: 'two' },
    h('div', { class: 'card' },
      slot('', true),
      h('ul', { class: 'lines' }, session.lines.map((line, at) => row(line, at)))),
    h('aside', { class: 'card', 'aria-label': 'Total' },
      h('h2', {}, 'Total'),
      totals(session),
      h('p', { class: 'hint' }, 'Shipping and tax are computed once the address is known.'),
      h('a', { class: 'button main wide', href: '/demo/checkout' }, 'Check out')));
}

function row(line, at) {
  const box = `lines[${at}]`;
  // The errors of a change are about the argument; the line that they are about is this one.
  const change = async (quantity) => {
    const { userErrors } = await cart.setQuantity(line.id, quantity);
    // A cart that has ended says so itself.
    if (!cart.token()) return;
    const here = userErrors.map((error) => ({ ...error, field: error.field ? `$.${box}.quantity` : null }));
    const page = document.getElementById('main');
    showProblems(page, aboutGoods(cart.current(), here));
    const field = document.getElementById(`quantity-${line.id}`);
    if (userErrors.length && field) field.value = line.quantity;
  };
  // An empty field is no zero: only a number is a wish.
  const entered = ({ target }) => {
    if (target.validity.valid) change(Number(target.value));
    else target.value = line.quantity;
  };
  return h('li', { class: 'line' },
    line.variant ? picture(line.variant.product.slug, line.variant.title) : h('span'),
    h('div', { class: 'what' },
      h('h2', { class: 'title' }, line.title),
      h('p', { class: 'soft small number' }, `${money(line.unitPrice)} each`),
      h('div', { class: 'row' },
        h('label', { class: 'unseen', for: `quantity-${line.id}` }, `Quantity of ${line.title}`),
        h('input', {
          id: `quantity-${line.id}`, class: 'few', type: 'number', min: 0, max: 9999, value: line.quantity,
          name: `${box}.quantity`, inputmode: 'numeric', required: true, onchange: entered,
        }),
        h('button', { id: `remove-${line.id}`, class: 'plain tiny', type: 'button', onclick: () => change(0) },
          'Remove', h('span', { class: 'unseen' }, ` ${line.title}`))),
      slot(box)),
    h('p', { class: 'number sum' }, money(line.subtotal)));
}
