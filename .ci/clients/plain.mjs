// A purchase without a cache: four mutations by POST, and everything else is heard.

import assert from 'node:assert/strict';

import { check } from './check.mjs';
import { text } from './operations.mjs';
import { payAtTheTwin, plain, until } from './server.mjs';

const LINES = [{ sku: 'NOTEBOOK-A6', quantity: 1 }];
const BUYER = {
  customer: { name: 'Dana Reyes', email: 'dana@example.com' },
  shippingAddress: { address1: '1 Main St', city: 'Austin', regionCode: 'TX', postalCode: '73301', countryCode: 'US' },
};

/** Listens to one subscription and keeps what it hears. */
function listen(client, name, variables) {
  const heard = { states: [], ended: false };
  const next = ({ data, errors }) => {
    assert.equal(errors, undefined);
    heard.states.push(Object.values(data)[0]);
  };
  const failed = (error) => { throw error; };
  const complete = () => { heard.ended = true; };
  heard.stop = client.subscribe({ query: text(name), variables }, { next, error: failed, complete });
  heard.latest = () => heard.states.at(-1);
  return heard;
}

export async function purchaseWithout(base, transport) {
  const client = transport(base);
  const name = transport.name === 'socket' ? 'graphql-ws' : 'graphql-sse';
  const step = (what, work) => check(`${name}: ${what}`, work);
  const tell = async (operation, field, variables) => {
    const payload = (await plain(base, operation, variables))[field];
    assert.deepEqual(payload.userErrors, []);
    return payload;
  };

  const { token } = await tell('CheckoutCreate', 'checkoutSessionCreate', { draft: { lines: LINES } });
  const session = listen(client, 'CheckoutLive', { token });
  const order = listen(client, 'OrderLive', { token });
  await step('the first message is the present state', () => until('it', () => session.latest()?.state === 'OPEN'));
  await tell('CheckoutReprice', 'checkoutSessionReprice', { token, draft: BUYER });
  const ground = () => session.latest().applicableShippingRates.find(({ rate }) => rate.name === 'Ground');
  await step('the rates of the address are heard', () => until('rates', ground));
  await step('after a reconnect, the revision that is known is not sent again', async () => {
    const { revision } = session.latest();
    const again = listen(client, 'CheckoutLive', { token, afterRevision: revision });
    await tell('CheckoutReprice', 'checkoutSessionReprice', { token, draft: { discountCodes: ['FIVEOFF'] } });
    await until('a newer one', () => again.latest());
    assert.ok(again.states[0].revision > revision);
    again.stop();
  });
  await step('the second tab\'s code is heard', () => until('it', () => session.latest().discountCodes.length === 1));
  const { grandTotal, rate } = ground();
  const expectedTotal = { amount: grandTotal.amount, currency: grandTotal.currency };
  await tell('CheckoutBind', 'checkoutSessionBind', { token, draft: { shippingRateId: rate.id }, expectedTotal });
  const { paymentSession } = await tell('CheckoutPaymentSession', 'checkoutSessionPaymentSession', { token });
  assert.equal(order.latest(), undefined);
  await payAtTheTwin(base, paymentSession);
  await step('the end is heard, and then the stream ends', async () => {
    await until('the order', () => session.latest().state === 'COMPLETED');
    await until('the end', () => session.ended);
  });
  await step('the order is heard', async () => {
    await until('it', () => order.latest());
    const { number, totals } = order.latest();
    assert.deepEqual([number, totals.grandTotal.amount], [session.latest().order.number, grandTotal.amount]);
  });
  order.stop();
  await client.dispose();
}
