// A buyer who is faster than the answers, and others who are faster than the buyer: what is on the screen is what counts.
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
  slowDown,
  tokenOf,
  total,
  totalBecomes,
} from './support.mjs';

let shop;
before(async () => { shop = await openShop(); });
after(() => shop?.close());

const rate = (page, name) => page.getByRole('radio', { name });
const box = (page, name) => page.getByRole('textbox', { name });

async function enter(page, kind, code) {
  await box(page, kind).fill(code);
  await box(page, kind).press('Enter');
}

test('a rate that is chosen just before paying is the one that is paid', async () => {
  const { context, page } = await atTheCheckout(shop);
  await slowDown(page, 'CheckoutReprice');
  await rate(page, /Express/).click();
  await button(page, 'Continue to payment: $35.49').click(); // the answer is not there yet
  await chooseCard(page, /^Succeeds •/);
  await rate(page, /Express/).and(page.locator(':checked')).waitFor();
  await totalBecomes(page, '$47.49');
  // The same once more with the card form open: no other total than the one on the button is paid.
  await rate(page, /Oversize/).click();
  await button(page, 'Pay $47.49').click();
  await page.getByRole('alert').getByText('The total is now $42.49 instead of $47.49.').waitFor();
  await button(page, 'Continue to payment: $42.49').click();
  await button(page, 'Pay $42.49').click();
  await orderNumber(page);
  assert.equal(await total(page), '$42.49');
  await page.getByText('by Oversize').waitFor();
  await leave(context);
});

test('two codes that are entered quickly both count', async () => {
  const { context, page } = await atTheCheckout(shop);
  await slowDown(page, 'CheckoutReprice');
  for (const code of ['WELCOME10', 'FREESHIP']) await enter(page, 'Discount code', code);
  const codes = page.getByRole('list', { name: 'Discount codes' }).getByRole('listitem');
  await codes.nth(1).waitFor();
  assert.deepEqual(await codes.locator('strong').allInnerTexts(), ['WELCOME10', 'FREESHIP']);
  await leave(context);
});

const REPRICE = `mutation($token: String!, $draft: CheckoutDraftInput!) {
  checkoutSessionReprice(token: $token, draft: $draft) { checkoutSession { revision } userErrors { code } } }`;
const BUYER = {
  customer: { name: 'Robin Roe', email: 'robin@example.com' },
  shippingAddress: { address1: '1 Main St', city: 'Austin', regionCode: 'TX', postalCode: '73301', countryCode: 'US' },
};
const CREATE = `mutation($draft: CheckoutDraftInput!) { checkoutSessionCreate(draft: $draft) {
  token checkoutSession { applicableShippingRates { rate { id } } } userErrors { code } } }`;
const BIND = `mutation($token: String!, $draft: CheckoutDraftInput!) {
  checkoutSessionBind(token: $token, draft: $draft) { userErrors { code } } }`;
const CANCEL = 'mutation($token: String!) { checkoutSessionCancel(token: $token) { userErrors { code } } }';

/** A change of the page's session from elsewhere. */
async function reprice(page, draft) {
  const changed = await ask(REPRICE, { token: await tokenOf(page), draft });
  assert.deepEqual(changed.checkoutSessionReprice.userErrors, []);
}

/** Somebody else is about to buy this many of the two lamps; answers how to let go of them. */
async function hold(quantity) {
  const created = await ask(CREATE, { draft: { ...BUYER, lines: [{ sku: 'LAMP-BRASS', quantity }] } });
  const { token, checkoutSession } = created.checkoutSessionCreate;
  const shippingRateId = checkoutSession.applicableShippingRates[0].rate.id;
  const bound = await ask(BIND, { token, draft: { shippingRateId } });
  assert.deepEqual(bound.checkoutSessionBind.userErrors, []);
  return () => ask(CANCEL, { token });
}

test('what others have bought meanwhile is offered to be reduced, or taken out', async () => {
  const context = await shop.visitor();
  const page = await openPage(context, '/products/brass-desk-lamp');
  await page.getByLabel('Quantity').fill('2');
  await button(page, 'Add to cart').click();
  await page.getByText('In your cart.').waitFor();
  const letGoOfOne = await hold(1);
  await reprice(page, {}); // as any change does: it looks at what is left
  await page.goto('/cart');
  await button(page, 'Take 1').click();
  await page.getByText('Take 1').waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel('Quantity of Brass').innerText(), '1');
  await letGoOfOne();
  const letGoOfBoth = await hold(2);
  await reprice(page, {});
  await button(page, 'Take it out').click(); // the only line there is
  await page.getByRole('heading', { name: 'Your cart is empty' }).waitFor();
  await letGoOfBoth();
  await leave(context);
});

test('an address that is entered before the list of countries has come is sent with its country', async () => {
  const { context, page } = await atTheCheckout(shop);
  await slowDown(page, 'ProductList');
  await page.goto('/checkout');
  await page.getByLabel('Postal code').fill('73302');
  const sent = page.waitForRequest((request) => request.postDataJSON()?.operationName === 'CheckoutReprice');
  await page.getByLabel('Full name').focus();
  assert.equal((await sent).postDataJSON().variables.draft.shippingAddress.countryCode, 'US');
  await leave(context);
});

test('a field that is left as it was sends nothing, and a wrong one is told of once', async () => {
  const { context, page } = await atTheCheckout(shop);
  await page.reload();
  await totalBecomes(page, '$35.49');
  await button(page, 'Continue to payment').click();
  await chooseCard(page, /^Succeeds •/);
  const asked = [];
  page.on('request', (request) => asked.push(request.postDataJSON()?.operationName));
  await page.getByLabel('Email').focus();
  await page.getByLabel('Full name').focus();
  assert.deepEqual(asked, []);
  await page.getByLabel('Email').fill('dana');
  await page.getByLabel('Full name').focus();
  await page.getByText('This is no email address.').waitFor(); // strict: fails where it is there twice
  assert.deepEqual(asked, ['CheckoutReprice']);
  await leave(context);
});

test('a gift certificate that is gone unseen does not make the card pay more than the button says', async () => {
  const { context, page } = await atTheCheckout(shop, { deaf: true });
  await putInCart(page, 'pocket-notebook');
  await putInCart(page, 'field-guide-e-book');
  await page.goto('/checkout');
  await totalBecomes(page, '$62.99');
  await enter(page, 'Gift certificate', 'NONE-SUCH');
  await page.getByText('There is no such gift certificate.').waitFor();
  await enter(page, 'Gift certificate', 'DEMO-GIFT-5000');
  await totalBecomes(page, '$12.99');
  await inspect(page, 'gift-certificate');
  await button(page, 'Continue to payment: $12.99').click();
  await chooseCard(page, /^Succeeds •/);
  await reprice(page, { giftCertificateCodes: [] });
  await button(page, 'Pay $12.99').click();
  await page.getByRole('alert').getByText('The total is now $62.99 instead of $12.99.').waitFor();
  await button(page, 'Continue to payment: $62.99').click(); // this bind lets go of the certificate, for the next run
  await button(page, 'Pay $62.99').waitFor();
  await leave(context);
});

test('a gift certificate can be taken out again, pays all, and is on the order', async () => {
  const { context, page } = await atTheCheckout(shop);
  await enter(page, 'Gift certificate', 'DEMO-GIFT-EVERYTHING');
  await totalBecomes(page, '$0.00');
  await button(page, 'Remove').click();
  await totalBecomes(page, '$35.49');
  await enter(page, 'Gift certificate', 'DEMO-GIFT-EVERYTHING');
  await button(page, 'Place the order').click();
  await orderNumber(page);
  await page.getByLabel('Totals').getByText('Gift certificate ••••').waitFor();
  assert.match(await page.getByLabel('Totals').locator('.strong').last().innerText(), /Paid\s+\$0\.00/);
  await leave(context);
});
