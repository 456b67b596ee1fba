// Checkouts that end, and requests that fail: nothing that the buyer had is lost without a word.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  ask,
  atTheCheckout,
  button,
  chooseCard,
  inspect,
  leave,
  openPage,
  openShop,
  orderNumber,
  putInCart,
  tokenOf,
} from './support.mjs';

let shop;
before(async () => { shop = await openShop(); });
after(() => shop?.close());

const CANCEL = 'mutation($token: String!) { checkoutSessionCancel(token: $token) { userErrors { code } } }';

/** Ends the page's checkout from elsewhere; answers its token. */
async function cancel(page) {
  const token = await tokenOf(page);
  await ask(CANCEL, { token });
  return token;
}

async function startAgain(page, token) {
  await button(page, 'Start again with the same goods').click();
  await page.getByRole('heading', { name: 'Checkout', exact: true }).waitFor();
  await page.getByText('1 × Pocket Notebook').waitFor();
  await page.getByText('1 × Field Guide').waitFor();
  assert.notEqual(await tokenOf(page), token);
}

test('a look at the session that fails takes nothing off the page, and can be tried again', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Asks for 3-D Secure/);
  await button(page, 'Pay $35.49').click();
  await page.getByRole('dialog', { name: '3-D Secure' }).waitFor();
  await page.route('**/graphql', (route) => route.abort());
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await page.getByText('The shop cannot be reached.').waitFor();
  await inspect(page, 'unreached');
  assert.equal(await page.getByRole('link', { name: /^Cart/ }).innerText(), 'Cart\n2');
  await page.unroute('**/graphql');
  await button(page, 'Approve').click();
  await button(page, 'Try again').click();
  await orderNumber(page);
  await leave(context, /ERR_FAILED/);
});

test('a checkout that was ended elsewhere begins anew with the same goods', async () => {
  const { context, page } = await atTheCheckout(shop);
  const token = await cancel(page);
  await page.getByRole('heading', { name: 'This checkout was ended' }).waitFor();
  await inspect(page, 'ended');
  assert.equal(await page.getByRole('link', { name: /^Cart/ }).innerText(), 'Cart\n0');
  await startAgain(page, token);
  await leave(context);
});

test('a checkout that ended unseen says so when it is paid, and begins anew with the same goods', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds •/);
  const token = await cancel(page);
  await page.route('**/graphql', async (route) => {
    const answer = await route.fetch(); // as if its time had run out
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('"CANCELED"', '"EXPIRED"') });
  });
  await button(page, 'Pay $35.49').click();
  await page.getByRole('heading', { name: 'Your checkout ran out' }).waitFor();
  await page.unrouteAll({ behavior: 'wait' });
  await startAgain(page, token);
  await leave(context);
});

test('a checkout that the server has forgotten is still there to begin anew with', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  const token = await tokenOf(page);
  await page.route('**/graphql', (route) => {
    const body = route.request().postData().replaceAll(token, 'forgotten');
    return route.continue({ postData: body });
  });
  await button(page, 'Continue to payment').click();
  await page.getByRole('heading', { name: 'Your checkout ran out' }).waitFor();
  await startAgain(page, token);
  await leave(context);
});

test('a cart that was ended makes room for a new one', async () => {
  const { context, page } = await atTheCheckout(shop);
  const token = await cancel(page);
  await putInCart(page, 'pocket-notebook');
  assert.notEqual(await tokenOf(page), token);
  await leave(context);
});

test('whoever shops on in another tab after paying finds the order', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  const other = await openPage(context, '/products/pocket-notebook');
  const token = await tokenOf(page);
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds •/);
  await button(page, 'Pay $35.49').click();
  await page.getByText('We are waiting for your bank').waitFor();
  await page.close(); // before it has heard
  await other.waitForTimeout(2000); // Stripe's message
  await button(other, 'Add to cart').click();
  await other.getByText('In your cart.').waitFor();
  assert.notEqual(await tokenOf(other), token);
  await other.getByRole('link', { name: 'Your last order' }).click();
  await orderNumber(other);
  await leave(context);
});

test('an order tells of a dispute, and of money that bought nothing', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  // What the server would say of a second payment, which takes another window and some luck to make.
  const second = { __typename: 'PaymentVerdict', outcome: 'REFUNDED', reason: 'DUPLICATE', refundStatus: 'PENDING' };
  const amount = { __typename: 'Money', amount: '35.49', amountMinor: 3549, currency: 'USD' };
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    json.data?.order?.verdicts.push({ ...second, amount, decidedAt: '2026-01-01T00:00:00Z' });
    await route.fulfill({ response, json });
  });
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds, then disputed/);
  await button(page, 'Pay $35.49').click();
  await orderNumber(page);
  await page.getByText('We have a payment of $35.49. It bought nothing, and is on its way back to you.').waitFor();
  const disputed = page.locator('.notice.warn').getByText('Your bank is looking into this payment.');
  for (let looks = 0; looks < 30 && !(await disputed.isVisible()); looks += 1) {
    await page.waitForTimeout(500); // the dispute comes when it comes; this page hears nothing by itself
    await page.reload();
    await orderNumber(page);
  }
  await disputed.waitFor();
  await inspect(page, 'disputed');
  await page.unrouteAll({ behavior: 'wait' });
  await leave(context);
});
