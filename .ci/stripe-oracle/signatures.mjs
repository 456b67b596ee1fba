// Signatures made by Stripe's package, sent to POST /webhooks/stripe/demo: the route must decide as the package does.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import Stripe from 'stripe';

import { check } from './check.mjs';

// What the demo signs with: src/cli/demo.rs.
const SECRET = 'whsec_twin_demo';
const NEXT_SECRET = 'whsec_oracle_next';
const OTHER_SECRET = 'whsec_somebody_else';
const TOLERANCE = 300; // seconds; Stripe's own default
const SLACK = 20; // what a busy machine may take between signing and verifying

const now = () => Math.floor(Date.now() / 1000);
const header = (payload, more = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, ...more });
const signature = (payload, more) => header(payload, more).split('v1=')[1];

// Umlauts whole and combined, an emoji of several code points, right to left, beyond the basic plane, and escaped.
const UNICODE = 'Zoë Zoe\u0308 Größe 👩‍👩‍👧 שלום 𝄞 \\u00e9';
const LONG = 'ä€😀x'.repeat(30_000); // 10 bytes each

/** Each makes a header for a body, or none; `sent` is the body that goes with it where it is not the signed one. */
const CASES = [
  { name: 'a good one', accepted: true },
  { name: 'a body with umlauts, combining marks, emoji', text: UNICODE, accepted: true },
  { name: 'a body of about 300 kB', text: LONG, accepted: true },
  {
    name: 'two v1, the first of another secret',
    sign: (body) => header(body).replace('v1=', `v1=${signature(body, { secret: OTHER_SECRET })},v1=`),
    accepted: true,
  },
  {
    name: 'two v1, the last of another secret',
    sign: (body) => `${header(body)},v1=${signature(body, { secret: OTHER_SECRET })}`,
    accepted: true,
  },
  { name: 'a scheme that is unknown beside v1', sign: (body) => `${header(body)},v9=abc,v0=00`, accepted: true },
  {
    name: 'signed not quite five minutes ago',
    sign: (body) => header(body, { timestamp: now() - TOLERANCE + SLACK }),
    accepted: true,
  },
  { name: '301 seconds old', sign: (body) => header(body, { timestamp: now() - TOLERANCE - 1 }), accepted: false },
  {
    name: 'more than 300 seconds in the future, which the package lets pass',
    sign: (body) => header(body, { timestamp: now() + TOLERANCE + SLACK }),
    accepted: false,
    packageAccepts: true,
  },
  { name: 'a body with one more space', sent: (body) => `${body} `, accepted: false },
  { name: 'a body with one digit changed', sent: (body) => body.replace('1700000000', '1700000001'), accepted: false },
  {
    name: 'a time stamp that is not the signed one',
    sign: (body) => header(body, { timestamp: now() - 10 }).replace(/t=\d+/, `t=${now()}`),
    accepted: false,
  },
  { name: 'of another secret', sign: (body) => header(body, { secret: OTHER_SECRET }), accepted: false },
  { name: 'without a header', sign: () => undefined, accepted: false },
  { name: 'with an empty header', sign: () => '', accepted: false },
  { name: 'with v0 alone', sign: (body) => header(body, { scheme: 'v0' }), accepted: false },
  { name: 'without a time stamp', sign: (body) => `v1=${signature(body)}`, accepted: false },
];

// A type that nobody acts on: what counts here is who sent it.
const event = (id, text) =>
  JSON.stringify({
    id,
    object: 'event',
    created: 1_700_000_000,
    type: 'customer.created',
    data: { object: { id: 'cus_1', object: 'customer', description: text } },
  });

async function post(base, body, signed) {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  if (signed !== undefined) headers['stripe-signature'] = signed;
  const request = { method: 'POST', headers, body: Buffer.from(body), signal: AbortSignal.timeout(30_000) };
  const answer = await fetch(`${base}/webhooks/stripe/demo`, request);
  await answer.text();
  return answer.status;
}

function packageTakes(body, signed, secret = SECRET) {
  try {
    Stripe.webhooks.constructEvent(Buffer.from(body), signed, secret);
    return true;
  } catch (error) {
    assert.equal(error.type, 'StripeSignatureVerificationError', error.stack);
    return false;
  }
}

export async function routeAgreesWithPackage({ base, program, dataDir, run }) {
  const command = (words, input = '') =>
    execFileSync(program, [...words, '--organization', 'demo', '--data-dir', dataDir], {
      input,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
  const stored = () =>
    command(['events', 'list', '--limit', '10000'])
      .split('\n')
      .map((line) => line.split('  ')[1]);

  const ids = CASES.map((_, at) => `evt_oracle_${run}_${at}`);
  for (const [at, one] of CASES.entries()) {
    const body = event(ids[at], one.text ?? one.name);
    const signed = (one.sign ?? header)(body);
    const sent = one.sent?.(body) ?? body;
    await check(`${one.accepted ? 'taken  ' : 'refused'} ${one.name}`, async () => {
      assert.equal(packageTakes(sent, signed), one.packageAccepts ?? one.accepted, "the package's verdict");
      assert.equal(await post(base, sent, signed), one.accepted ? 200 : 400, "the route's status");
    });
  }
  await check('what was taken is stored once, and nothing of what was refused', () => {
    const all = stored();
    const times = (id) => all.filter((known) => known === id).length;
    assert.deepEqual(ids.map(times), CASES.map((one) => Number(one.accepted)));
  });
  await check('the umlauts and emoji are stored as they were sent', () => {
    const id = ids[CASES.findIndex((one) => one.text === UNICODE)];
    assert.ok(command(['events', 'show', id]).includes(event(id, UNICODE)));
  });
  await check('an event that was refused is taken when it comes well signed', async () => {
    const at = CASES.findIndex((one) => one.sent);
    const body = event(ids[at], 'again');
    assert.equal(await post(base, body, header(body)), 200);
    assert.ok(stored().includes(ids[at]));
  });
  await duringARotation({ base, command, run });
}

/** While a secret is rotated, two are stored, and each is taken alone; afterwards the demo is as it was. */
async function duringARotation({ base, command, run }) {
  const status = (name, secret) => {
    const body = event(`evt_oracle_${run}_${name}`, name);
    return post(base, body, header(body, { secret }));
  };
  await check('refused a second secret that is not stored yet', async () => {
    assert.equal(await status('early', NEXT_SECRET), 400);
  });
  command(['credentials', 'add-webhook-secret'], SECRET);
  command(['credentials', 'add-webhook-secret'], NEXT_SECRET);
  await check('taken   each of two secrets while both are stored, and no third', async () => {
    assert.equal(await status('old', SECRET), 200);
    assert.equal(await status('new', NEXT_SECRET), 200);
    assert.equal(await status('third', OTHER_SECRET), 400);
  });
  command(['credentials', 'drop-webhook-secret', '1']);
  await check('refused the old secret once it is dropped, while the new one is taken', async () => {
    assert.equal(await status('late', SECRET), 400);
    assert.equal(await status('alone', NEXT_SECRET), 200);
  });
  command(['credentials', 'drop-webhook-secret', '2', '--last']);
  await check("taken   the demo's own secret again", async () => {
    assert.equal(await status('after', SECRET), 200);
    assert.equal(await status('gone', NEXT_SECRET), 400);
  });
}
