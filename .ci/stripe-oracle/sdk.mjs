// Stripe's package drives the twin: its requests are understood, its answers and errors are of the classes it knows.

import assert from 'node:assert/strict';

import { check } from './check.mjs';
import { client, turn } from './twin.mjs';

const CARDS_ONLY = { currency: 'usd', payment_method_types: ['card'] };

/** That a call ends in an error of this class, with these members. */
const fails = (call, type, members = {}) => assert.rejects(call, { type, ...members });

export async function packageDrivesTheTwin({ base, run }) {
  const key = `sk_test_oracle_sdk_${run}`;
  const stripe = client(base, key);
  await intents(stripe);
  await declinesAndChallenges(base, stripe);
  await captures(stripe);
  await refunds(stripe);
  await faults(base, key, stripe);
}

async function intents(stripe) {
  const { paymentIntents } = stripe;
  const params = { amount: 2500, ...CARDS_ONLY, metadata: { order: '7', name: 'Zoë & Größe = 100 %' } };
  const once = { idempotencyKey: 'oracle-create' };
  const intent = await check('creates an intent', async () => {
    const made = await paymentIntents.create(params, once);
    assert.match(made.id, /^pi_/);
    assert.match(made.client_secret, new RegExp(`^${made.id}_secret_`));
    assert.deepEqual(
      [made.object, made.status, made.amount, made.currency, made.livemode],
      ['payment_intent', 'requires_payment_method', 2500, 'usd', false],
    );
    assert.deepEqual(made.metadata, params.metadata);
    assert.match(made.lastResponse.requestId, /^req_/);
    return made;
  });
  await check('the same idempotency key and parameters answer the same intent', async () => {
    const again = await paymentIntents.create(params, once);
    assert.equal(again.id, intent.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal((await paymentIntents.list({ limit: 10 })).data.length, 1);
  });
  await check('the same idempotency key and other parameters: StripeIdempotencyError', () =>
    fails(paymentIntents.create({ ...params, amount: 2600 }, once), 'StripeIdempotencyError', { statusCode: 400 }),
  );
  await check('updates the amount', async () => {
    assert.equal((await paymentIntents.update(intent.id, { amount: 3100 })).amount, 3100);
  });
  await check('retrieves', async () => {
    const found = await paymentIntents.retrieve(intent.id);
    assert.deepEqual([found.amount, found.metadata], [3100, params.metadata]);
  });
  await check('confirms: succeeded, with a charge of the same amount', async () => {
    const paid = await paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    assert.deepEqual([paid.status, paid.amount_received], ['succeeded', 3100]);
    const charge = await stripe.charges.retrieve(paid.latest_charge);
    assert.deepEqual([charge.payment_intent, charge.amount, charge.captured], [intent.id, 3100, true]);
  });
  await check('a paid intent is not updated, confirmed or canceled', async () => {
    const refusal = { statusCode: 400, code: 'payment_intent_unexpected_state' };
    await fails(paymentIntents.update(intent.id, { amount: 900 }), 'StripeInvalidRequestError', refusal);
    await fails(paymentIntents.confirm(intent.id), 'StripeInvalidRequestError', refusal);
    await fails(paymentIntents.cancel(intent.id), 'StripeInvalidRequestError', refusal);
  });
  await check('lists page by page, newest first', async () => {
    const more = [];
    for (const amount of [101, 102, 103]) more.unshift(await paymentIntents.create({ amount, ...CARDS_ONLY }));
    const all = await paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    assert.deepEqual(all.map(({ id }) => id), [...more, intent].map(({ id }) => id));
  });
  await check('searches by metadata', async () => {
    const found = await paymentIntents.search({ query: "metadata['order']:'7'" });
    assert.deepEqual(found.data.map(({ id }) => id), [intent.id]);
  });
}

async function declinesAndChallenges(base, { paymentIntents }) {
  const confirmed = (payment_method) =>
    paymentIntents.create({ amount: 1500, ...CARDS_ONLY, confirm: true, payment_method });
  await check('a decline: StripeCardError with the intent, which takes another card', async () => {
    const declined = await confirmed('pm_card_chargeDeclined').catch((error) => error);
    assert.deepEqual(
      [declined.type, declined.statusCode, declined.code, declined.decline_code],
      ['StripeCardError', 402, 'card_declined', 'generic_decline'],
    );
    assert.equal(declined.payment_intent.status, 'requires_payment_method');
    assert.equal(declined.payment_intent.last_payment_error.code, 'card_declined');
    const paid = await paymentIntents.confirm(declined.payment_intent.id, { payment_method: 'pm_card_visa' });
    assert.deepEqual([paid.status, paid.last_payment_error], ['succeeded', null]);
  });
  await check('other declines have their own codes', async () => {
    const poor = { statusCode: 402, code: 'card_declined', decline_code: 'insufficient_funds' };
    await fails(confirmed('pm_card_chargeDeclinedInsufficientFunds'), 'StripeCardError', poor);
    const old = { statusCode: 402, code: 'expired_card' };
    await fails(confirmed('pm_card_chargeDeclinedExpiredCard'), 'StripeCardError', old);
  });
  await check('3-D Secure: requires_action, and succeeded when the buyer is back', async () => {
    const asked = await confirmed('pm_card_threeDSecure2Required');
    assert.deepEqual([asked.status, asked.next_action.type], ['requires_action', 'use_stripe_sdk']);
    await turn(base, `payment_intents/${asked.id}/authenticate`, { outcome: 'succeed' });
    assert.equal((await paymentIntents.retrieve(asked.id)).status, 'succeeded');
  });
}

async function captures({ paymentIntents }) {
  const authorized = () =>
    paymentIntents.create({
      amount: 5000,
      ...CARDS_ONLY,
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
    });
  await check('a manual capture takes less than was authorized, once', async () => {
    const intent = await authorized();
    assert.deepEqual(
      [intent.status, intent.amount_capturable, intent.amount_received],
      ['requires_capture', 5000, 0],
    );
    const tooMuch = paymentIntents.capture(intent.id, { amount_to_capture: 5001 });
    await fails(tooMuch, 'StripeInvalidRequestError', { statusCode: 400, code: 'amount_too_large' });
    const taken = await paymentIntents.capture(intent.id, { amount_to_capture: 3200 });
    assert.deepEqual([taken.status, taken.amount_received, taken.amount_capturable], ['succeeded', 3200, 0]);
    const refusal = { statusCode: 400, code: 'payment_intent_unexpected_state' };
    await fails(paymentIntents.capture(intent.id), 'StripeInvalidRequestError', refusal);
  });
  await check('what was authorized is canceled instead', async () => {
    const { id } = await authorized();
    const canceled = await paymentIntents.cancel(id, { cancellation_reason: 'requested_by_customer' });
    assert.deepEqual(
      [canceled.status, canceled.cancellation_reason, canceled.amount_capturable],
      ['canceled', 'requested_by_customer', 0],
    );
  });
}

async function refunds({ paymentIntents, refunds: back }) {
  const { id } = await paymentIntents.create({
    amount: 4000,
    ...CARDS_ONLY,
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  const made = [];
  await check('refunds a part', async () => {
    const part = await back.create({ payment_intent: id, amount: 1500, reason: 'requested_by_customer' });
    assert.deepEqual([part.object, part.status, part.amount, part.payment_intent], ['refund', 'succeeded', 1500, id]);
    made.unshift(part.id);
  });
  await check('refuses more than is left', () =>
    fails(back.create({ payment_intent: id, amount: 2501 }), 'StripeInvalidRequestError', {
      statusCode: 400,
      param: 'amount',
    }),
  );
  await check('refunds the rest', async () => {
    const rest = await back.create({ payment_intent: id });
    assert.equal(rest.amount, 2500);
    made.unshift(rest.id);
  });
  await check('refuses one too many', () =>
    fails(back.create({ payment_intent: id }), 'StripeInvalidRequestError', {
      statusCode: 400,
      code: 'charge_already_refunded',
    }),
  );
  await check('lists refunds, and retrieves one', async () => {
    const { data } = await back.list({ payment_intent: id });
    assert.deepEqual(data.map((one) => one.id), made);
    assert.equal((await back.retrieve(made[0])).amount, 2500);
  });
}

async function faults(base, key, stripe) {
  const { paymentIntents } = stripe;
  await check('a wrong key: StripeAuthenticationError', () =>
    fails(client(base, 'sk_wrong').paymentIntents.list(), 'StripeAuthenticationError', { statusCode: 401 }),
  );
  await check('an unknown id: StripeInvalidRequestError, resource_missing', async () => {
    const missing = { statusCode: 404, code: 'resource_missing' };
    await fails(paymentIntents.retrieve('pi_missing'), 'StripeInvalidRequestError', missing);
    await fails(stripe.refunds.create({ payment_intent: 'pi_missing' }), 'StripeInvalidRequestError', missing);
  });
  await check('a parameter that is missing or unknown names itself', async () => {
    const missing = { statusCode: 400, code: 'parameter_missing', param: 'currency' };
    await fails(paymentIntents.create({ amount: 100 }), 'StripeInvalidRequestError', missing);
    const unknown = { statusCode: 400, code: 'parameter_unknown', param: 'amout' };
    await fails(paymentIntents.create({ amount: 100, ...CARDS_ONLY, amout: 1 }), 'StripeInvalidRequestError', unknown);
  });
  // Only requests of this account, so that nothing of the demo's shop is struck.
  const fault = (kind, times = 1) =>
    turn(base, 'faults', { method: 'GET', path: '/v1/payment_intents', secret_key: key, kind, times });
  await check('too many requests: StripeRateLimitError', async () => {
    await fault({ rate_limited: { retry_after: 1 } });
    await fails(paymentIntents.list(), 'StripeRateLimitError', { statusCode: 429, code: 'rate_limit' });
  });
  await check("Stripe's own fault: StripeAPIError, and the package's second try succeeds", async () => {
    await fault('server_error', 2);
    await fails(paymentIntents.list(), 'StripeAPIError', { statusCode: 500 });
    assert.equal((await paymentIntents.list({}, { maxNetworkRetries: 1 })).object, 'list');
  });
  await check('an answer that breaks off: StripeConnectionError', async () => {
    await fault('reset_mid_body');
    await fails(paymentIntents.list(), 'StripeConnectionError');
  });
}
