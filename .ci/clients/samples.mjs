// Every sample operation, run once as it stands.

import assert from 'node:assert/strict';

import { Kind } from 'graphql';

import { check } from './check.mjs';
import { operations } from './operations.mjs';
import { plain } from './server.mjs';

const TEXAS = { address1: '1 Main St', city: 'Austin', regionCode: 'TX', postalCode: '73301', countryCode: 'US' };
const BERLIN = { address1: 'Hauptstr. 1', city: 'Berlin', postalCode: '10115', countryCode: 'DE' };
const CUSTOMER = { name: 'Dana Reyes', email: 'dana@example.com' };
const NOTEBOOKS = { sku: 'NOTEBOOK-A6', quantity: 2 };

const operationOf = ({ definitions }) => definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION).operation;

export async function samplesRun(base) {
  const ran = new Set();
  /** Runs one, without an error of either kind; answers its first field. */
  const run = async (name, variables) => {
    ran.add(name);
    const data = await plain(base, name, variables);
    const [field] = Object.values(data);
    if (field?.userErrors) assert.deepEqual(field.userErrors, [], name);
    return field;
  };
  const start = async () => {
    const { token, checkoutSession } = await run('CheckoutCreate', { draft: { lines: [NOTEBOOKS] } });
    return { token, line: checkoutSession.lines[0].id };
  };

  await check('every sample of a purchase runs', async () => {
    await run('ProductList', { query: 'coffee', filter: { maxPrice: '20.00' }, sortBy: 'PRICE_ASC' });
    await run('ProductPage', { by: { slug: 'pocket-notebook' } });
    const { id } = await run('Variant', { by: { sku: NOTEBOOKS.sku } });
    assert.equal((await run('Variant', { by: { id } })).sku, NOTEBOOKS.sku);
    await run('ShippingZones', { country: 'US' });
    const { token, line } = await start();
    await run('CartBadge', { token });
    const more = await run('CheckoutLinesAdd', { token, lines: [{ sku: 'EBOOK-GUIDE', quantity: 1 }] });
    await run('CheckoutLinesUpdate', { token, lines: [{ lineId: line, quantity: 3 }] });
    await run('CheckoutLinesRemove', { token, lineIds: [more.checkoutSession.lines[1].id] });
    await run('CheckoutReprice', { token, draft: { customer: CUSTOMER, shippingAddress: TEXAS, discountCodes: ['WELCOME10'] } });
    const { checkoutSession: noted } = await run('CheckoutCustomerMessage', { token, customerMessage: 'Ring twice, please.' });
    assert.equal(noted.customerMessage, 'Ring twice, please.');
    const { checkoutSession: gifted } = await run('CheckoutGiftCertificates', { token, codes: ['NONE-SUCH'] });
    assert.ok(gifted.messages.some(({ code }) => code === 'GIFT_CERTIFICATE_NOT_APPLICABLE'));
    await run('CheckoutGiftCertificates', { token, codes: [] });
    const { explanation } = await run('CheckoutExplanation', { token });
    assert.ok(explanation.some(({ kind }) => kind === 'DISCOUNT'));
    const rate = (await run('Checkout', { token })).applicableShippingRates[0].rate.id;
    await run('CheckoutBind', { token, draft: { shippingRateId: rate } });
    await run('CheckoutPaymentSession', { token });
    assert.equal((await run('CheckoutComplete', { token })).order, null); // looked at Stripe; nobody has paid
    assert.equal(await run('OrderPage', { token }), null);
  });
  await check('an order to several addresses, and its end', async () => {
    const { token, line } = await start();
    const to = (shippingAddress) => ({ shippingAddress, lines: [{ lineId: line, quantity: 1 }] });
    const { checkoutSession } = await run('CheckoutConsignments', { token, draft: { consignments: [to(TEXAS), to(BERLIN)] } });
    assert.equal(checkoutSession.consignments.length, 2);
    const { checkoutSession: canceled } = await run('CheckoutCancel', { token, reason: 'changed my mind' });
    assert.equal(canceled.state, 'CANCELED');
  });
  await check('no sample was left out', () => {
    const all = Object.keys(operations).filter((name) => operationOf(operations[name]) !== 'subscription');
    assert.deepEqual(all.filter((name) => !ran.has(name)), []);
  });
}
