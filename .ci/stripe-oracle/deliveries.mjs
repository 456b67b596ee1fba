// Events that the twin signs and posts, verified by Stripe's package.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import Stripe from 'stripe';

import { check } from './check.mjs';
import { client, turn } from './twin.mjs';

const SECRET = 'whsec_oracle';
const WAIT_MS = 30_000;
// In the order in which they happen.
const TYPES = ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded'];

/** An address of this program that keeps what is posted, byte by byte. */
async function mailbox() {
  const letters = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    letters.push({ body: Buffer.concat(parts), header: request.headers['stripe-signature'] });
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { letters, url: `http://127.0.0.1:${server.address().port}/events`, close: () => server.close() };
}

const refused = (work, message) => assert.throws(work, { type: 'StripeSignatureVerificationError', message });

export async function packageVerifiesTheTwin({ base, run }) {
  const key = `sk_test_oracle_events_${run}`; // an account of its own: the demo's shop hears nothing
  const stripe = client(base, key);
  const { letters, url, close } = await mailbox();
  await turn(base, 'webhook_endpoint', { secret_key: key, url, webhook_secret: SECRET });

  const intent = await check('a payment is made', () =>
    stripe.paymentIntents.create({
      amount: 1999,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: { note: 'Größe Zoe\u0308 👩‍👩‍👧' },
    }),
  );
  await check('its events arrive, in order', async () => {
    const deadline = Date.now() + WAIT_MS;
    while (letters.length < TYPES.length && Date.now() < deadline) await pause(50);
    assert.deepEqual(letters.map(({ body }) => JSON.parse(body).type), TYPES);
  });
  for (const [at, { body, header }] of letters.entries()) {
    await check(`verified ${TYPES[at]}`, async () => {
      const event = Stripe.webhooks.constructEvent(body, header, SECRET);
      assert.deepEqual(event, plain(await stripe.events.retrieve(event.id)));
      const { object } = event.data;
      assert.equal(object.payment_intent ?? object.id, intent.id);
      assert.deepEqual(object.metadata, intent.metadata);
    });
    await check(`refused  ${TYPES[at]} changed, of another secret, or old`, () => {
      const verify = (text, secret, ...more) => () => Stripe.webhooks.constructEvent(text, header, secret, ...more);
      refused(verify(`${body} `, SECRET), /No signatures found matching/);
      refused(verify(String(body).replace('1999', '9999'), SECRET), /No signatures found matching/);
      refused(verify(body, 'whsec_other'), /No signatures found matching/);
      const later = Date.now() + 301_000;
      refused(verify(body, SECRET, 300, undefined, later), /Timestamp outside the tolerance zone/);
    });
  }
  close();
}

/** An object of the package as the JSON it came as. */
const plain = (object) => JSON.parse(JSON.stringify(object));
