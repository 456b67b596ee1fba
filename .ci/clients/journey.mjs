// A whole purchase, as any client makes it. What is in the cache must not be asked for again: each step says how many
// requests it may cost, and the sum is exact.

import assert from 'node:assert/strict';

import { check } from './check.mjs';
import { payAtTheTwin, plain, until } from './server.mjs';

// Neither is counted: the demo never runs out of them.
const LINES = [{ sku: 'NOTEBOOK-A6', quantity: 2 }, { sku: 'EBOOK-GUIDE', quantity: 1 }];
const BUYER = {
  customer: { name: 'Dana Reyes', email: 'dana@example.com' },
  shippingAddress: { address1: '1 Main St', city: 'Austin', regionCode: 'TX', postalCode: '73301', countryCode: 'US' },
};
const LIST = { first: 5 };

/**
 * `client` has: name; requests(); ask(name, variables), which may answer from its cache; afresh(name, variables) past it;
 * more(variables) for the next page of products; tell(name, variables) for mutations; watch(token, hear), which answers how
 * to stop; close().
 */
export async function journey(base, client) {
  const { name } = client;
  let before = 0;
  /** Runs a step, which must cost exactly this many requests. */
  const step = (what, cost, work) =>
    check(`${name}: ${what} (${cost})`, async () => {
      before = client.requests();
      const result = await work();
      assert.equal(client.requests() - before, cost, 'requests');
      return result;
    });
  const tell = async (operation, field, variables) => {
    const payload = (await client.tell(operation, variables))[field];
    assert.deepEqual(payload.userErrors, []);
    return payload;
  };

  const titles = ({ products }) => products.edges.map(({ node }) => node.title);
  const list = await step('the product list', 1, () => client.ask('ProductList', LIST));
  await step('the same list again', 0, async () => assert.deepEqual(titles(await client.ask('ProductList', LIST)), titles(list)));
  await step('the next page', 1, () => client.more({ ...LIST, after: list.products.pageInfo.endCursor }));
  const both = await step('both pages as one list', 0, async () => {
    const joined = titles(await client.ask('ProductList', LIST));
    assert.deepEqual([joined.length, joined.slice(0, LIST.first)], [2 * LIST.first, titles(list)]);
    return joined;
  });

  const { token } = await step('create', 1, () => tell('CheckoutCreate', 'checkoutSessionCreate', { draft: { lines: LINES } }));
  const session = async () => (await client.ask('Checkout', { token })).checkoutSession;
  await step('the checkout page, which the cache has', 0, async () => assert.equal((await session()).state, 'OPEN'));

  const live = await watching(client, token);
  await step('reprice with the address', 1, () => tell('CheckoutReprice', 'checkoutSessionReprice', { token, draft: BUYER }));
  const rate = await step('the rates, which the cache has', 0, async () => {
    const { applicableShippingRates: rates, totals } = await session();
    assert.equal(totals.grandTotal.amount, '41.00'); // 39.00 and 8 % tax on the notebooks, nothing for sending them yet
    const ground = rates.find((quote) => quote.rate.name === 'Ground');
    assert.equal(ground.grandTotal.amount, '48.99');
    return ground;
  });

  await plain(base, 'CheckoutReprice', { token, draft: { discountCodes: ['FIVEOFF'] } });
  const cheaper = (view) => view?.discountCodes.some(({ code, applicable }) => code === 'FIVEOFF' && applicable) && view;
  await step('the second tab\'s code, live', 0, () => until('the code', async () => cheaper(await session())));

  await step('a smaller question about the same', 1, () => client.afresh('CartBadge', { token }));
  await step('and nothing is lost by its answer', 0, async () => assert.ok(cheaper(await session())));
  const wanted = (await session()).applicableShippingRates.find((quote) => quote.rate.name === 'Ground').grandTotal;
  const expectedTotal = { amount: wanted.amount, currency: wanted.currency };
  await step('bind the total that was shown', 1, () =>
    tell('CheckoutBind', 'checkoutSessionBind', { token, draft: { shippingRateId: rate.rate.id }, expectedTotal }),
  );
  const { paymentSession } = await step('the payment session', 1, () =>
    tell('CheckoutPaymentSession', 'checkoutSessionPaymentSession', { token }),
  );
  await check(`${name}: what is charged is what was shown`, () => assert.equal(paymentSession.amount.amount, wanted.amount));
  await payAtTheTwin(base, paymentSession);
  const completed = (view) => view?.state === 'COMPLETED' && view;
  await step('the order, live', 0, () => until('the order', async () => completed(await session())));

  const order = await step('the order page', 1, async () => {
    const { order: found } = await client.ask('OrderPage', { token });
    assert.equal(found.totals.grandTotal.amount, wanted.amount);
    return found;
  });
  await step('order, checkout and list once more', 0, async () => {
    assert.equal((await client.ask('OrderPage', { token })).order.number, order.number);
    assert.equal((await session()).order.number, order.number);
    assert.deepEqual(titles(await client.ask('ProductList', LIST)), both);
  });
  live.stop();
  await client.close();
}

/** Listens; what comes goes into the client's cache by itself. Resolves once the present state has come. */
async function watching(client, token) {
  let heard = 0;
  const stop = client.watch(token, () => { heard += 1; });
  await check(`${client.name}: the live updates begin with the present state`, () => until('the first state', () => heard > 0));
  return { stop };
}
