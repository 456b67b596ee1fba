// The shop in a browser, against a running demo: npm test.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import {
  ask,
  atTheCheckout,
  button,
  chooseCard,
  fillIn,
  inspect,
  leave,
  openPage,
  openShop,
  orderNumber,
  published,
  putInCart,
  tokenOf,
  total,
  totalBecomes,
} from './support.mjs';

let shop;
before(async () => { shop = await openShop(); });
after(() => shop?.close());

test('a buyer goes from the list to an order, and every page is accessible', async () => {
  const context = await shop.visitor();
  const page = await openPage(context, '/');
  await page.getByText('Cotton T-shirt').waitFor();
  await inspect(page, 'list');
  await page.getByRole('searchbox').fill('coffee');
  await page.getByText('4 products').waitFor();
  assert.equal(await page.title(), 'Everything we sell · Demo Goods');
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.getByRole('link', { name: /House Blend/ }).click();
  await page.getByRole('combobox').waitFor();
  assert.match(await page.title(), /^House Blend.* · Demo Goods$/);
  assert.deepEqual(await page.evaluate(() => [document.activeElement.id, window.scrollY]), ['main', 0]);
  await page.getByRole('combobox').selectOption({ label: '1 kg' });
  await button(page, 'Add to cart').click();
  await page.getByText('In your cart.').waitFor();
  await inspect(page, 'product');
  await putInCart(page, 'cotton-t-shirt', 'Black / M');
  await page.getByRole('link', { name: 'To the cart' }).click();
  await button(page, 'One more: Cotton T-shirt').click();
  await totalBecomes(page, '$95.98');
  await inspect(page, 'cart');
  await page.getByRole('link', { name: 'To the checkout' }).click();
  await fillIn(page);
  await page.getByRole('textbox', { name: 'Discount code' }).fill('WELCOME10');
  await button(page, 'Apply discount code').click();
  await page.getByText('takes off $9.60').waitFor();
  await page.getByRole('textbox', { name: 'Discount code' }).fill('SUMMER20');
  await button(page, 'Apply discount code').click();
  await page.getByText('has run out').waitFor();
  await inspect(page, 'checkout');
  const agreed = await total(page);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds •/);
  await inspect(page, 'payment');
  await button(page, `Pay ${agreed}`).click();
  assert.match(await orderNumber(page), /\S{4,}/);
  assert.equal(await total(page), agreed);
  await page.getByText('It is paid.').waitFor();
  await inspect(page, 'order');
  assert.equal(await page.getByRole('link', { name: /^Cart/ }).innerText(), 'Cart\n0');
  await leave(context);
});

test('after a decline the same page pays with another card', async () => {
  const { context, page } = await atTheCheckout(shop);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Insufficient funds/);
  await button(page, 'Pay $35.49').click();
  await page.getByRole('alert').getByText('Your card has insufficient funds.').waitFor();
  await inspect(page, 'declined');
  await chooseCard(page, /^Succeeds •/);
  await button(page, 'Pay $35.49').click();
  await orderNumber(page);
  await leave(context, /402/); // the card form's own answer
});

test('3-D Secure asks the buyer, who may refuse and then agree', async () => {
  const { context, page } = await atTheCheckout(shop);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Asks for 3-D Secure/);
  await button(page, 'Pay $35.49').click();
  await page.getByRole('dialog', { name: '3-D Secure' }).waitFor();
  await inspect(page, '3-d-secure');
  await button(page, 'Refuse').click();
  await page.getByRole('alert').waitFor();
  await button(page, 'Pay $35.49').click();
  await button(page, 'Approve').click();
  await orderNumber(page);
  await leave(context);
});

test('a bank that thinks it over is waited for, and the order comes by itself', async () => {
  const { context, page } = await atTheCheckout(shop);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds later/);
  await button(page, 'Pay $35.49').click();
  await page.getByText('We are waiting for your bank').waitFor();
  await inspect(page, 'waiting');
  await orderNumber(page);
  await leave(context);
});

test('a buyer who comes back from another site finds no secret in the address, the order, and then a new checkout', async () => {
  const { context, page } = await atTheCheckout(shop);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds later/);
  await button(page, 'Pay $35.49').click();
  await page.getByText('We are waiting for your bank').waitFor();
  await page.goto('/checkout?payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_2&redirect_status=succeeded');
  await page.getByText('We are waiting for your bank').waitFor();
  assert.equal(page.url(), `${shop.base}/checkout`);
  await orderNumber(page);
  // From here on by links alone: the page that came back is not loaded again.
  await page.getByRole('link', { name: 'Back to the shop' }).click();
  await page.getByRole('link', { name: /Pocket Notebook/ }).click();
  await button(page, 'Add to cart').click();
  await page.getByRole('link', { name: 'To the cart' }).click();
  await page.getByRole('link', { name: 'To the checkout' }).click();
  await fillIn(page);
  await totalBecomes(page, '$21.49');
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds •/);
  await leave(context);
});

test('a payment that fails late brings the form back, and what the server says stays', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Insufficient funds/);
  // The card form of this page is left believing that all went well; only the server knows better.
  await page.route('**/confirm', async (route) => {
    const answer = await route.fetch();
    const { error } = await answer.json();
    await route.fulfill({ status: 200, json: { ...error.payment_intent, status: 'processing' } });
  });
  await button(page, 'Pay $35.49').click();
  await page.getByText('The payment was declined.').waitFor();
  const asked = [];
  page.on('request', (request) => asked.push(request.postDataJSON()?.operationName));
  await page.waitForTimeout(6000); // longer than the page waits between two looks at Stripe
  assert.ok(!asked.includes('CheckoutComplete'));
  await page.getByText('The payment was declined.').waitFor();
  await leave(context);
});

const REPRICE = `mutation($token: String!, $draft: CheckoutDraftInput!) {
  checkoutSessionReprice(token: $token, draft: $draft) { checkoutSession { revision } userErrors { code } } }`;

test('a total that changed behind the page is shown before it is charged', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  const token = await tokenOf(page);
  const draft = { discountCodes: ['FIVEOFF'] };
  const changed = await ask(REPRICE, { token, draft });
  assert.deepEqual(changed.checkoutSessionReprice.userErrors, []);
  await button(page, 'Continue to payment: $35.49').click();
  await page.getByRole('alert').getByText('The total is now $30.30 instead of $35.49.').waitFor();
  await inspect(page, 'changed-total');
  await totalBecomes(page, '$30.30');
  await button(page, 'Continue to payment: $30.30').click();
  await chooseCard(page, /^Succeeds •/);
  await button(page, 'Pay $30.30').click();
  await orderNumber(page);
  assert.equal(await total(page), '$30.30');
  await leave(context);
});

test('a second tab changes the cart while the card form is open, and the first sees it live', async () => {
  const { context, page: first } = await atTheCheckout(shop);
  await button(first, 'Continue to payment').click();
  await chooseCard(first, /^Succeeds •/);
  const second = await openPage(context, '/cart');
  await button(second, 'One more: Pocket').click();
  await totalBecomes(second, '$48.99');
  await totalBecomes(first, '$48.99'); // nobody touched it
  await button(first, 'Continue to payment: $48.99').click();
  // The same intent and the same form, with the new amount.
  await first.getByText('Stripe twin: not Stripe').getByText('$48.99').waitFor();
  await button(first, 'Pay $48.99').click();
  await orderNumber(first);
  assert.equal(await total(first), '$48.99');
  await second.getByRole('heading', { name: 'Your cart is empty' }).waitFor();
  await leave(context);
});

test('two tabs at the checkout both show the order', async () => {
  const { context, page: first } = await atTheCheckout(shop);
  const second = await openPage(context, '/checkout');
  await totalBecomes(second, '$35.49');
  await button(first, 'Continue to payment').click();
  await chooseCard(first, /^Succeeds •/);
  await button(first, 'Pay $35.49').click();
  const number = await orderNumber(first);
  assert.equal(await orderNumber(second), number);
  await leave(context);
});

test('whoever closed the window after paying finds the order', async () => {
  const { context, page } = await atTheCheckout(shop);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds later/);
  await button(page, 'Pay $35.49').click();
  await page.getByText('We are waiting for your bank').waitFor();
  await page.close();
  const later = await openPage(context, '/cart');
  await later.getByRole('link', { name: 'See the order' }).click();
  await orderNumber(later);
  await leave(context);
});

test('a total of zero needs no card', async () => {
  const context = await shop.visitor();
  const page = await openPage(context, '/');
  await putInCart(page, 'sample-chapter');
  await page.goto('/checkout');
  await page.getByLabel('Email').fill('dana@example.com');
  await page.getByLabel('Full name').fill('Dana Reyes');
  await button(page, 'Place the order').click();
  await orderNumber(page);
  await page.getByText('There was nothing to pay.').waitFor();
  await leave(context);
});

test('on a phone nothing is cut off', async () => {
  const { context, page } = await atTheCheckout(shop, { viewport: { width: 375, height: 800 }, colorScheme: 'dark' });
  await inspect(page, 'phone-checkout');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.equal(wide, 0);
  await page.goto('/');
  await page.getByText('Cotton T-shirt').waitFor();
  await inspect(page, 'phone-list');
  await leave(context);
});

test('the committed cache configuration is the one that the server publishes', async () => {
  const committed = JSON.parse(await readFile(new URL('../src/client-config.json', import.meta.url), 'utf8'));
  const served = await published();
  assert.deepEqual(committed, Object.fromEntries(Object.keys(committed).map((part) => [part, served[part]])));
});
