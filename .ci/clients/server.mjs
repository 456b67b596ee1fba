// The server past any client: the published configuration, a second tab, and the twin's till.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { text } from './operations.mjs';

export const SLUG = { 'x-organization-slug': 'demo' };
export const WAIT_MS = 30_000;

/** A fetch that counts what goes to /graphql: the number that the caches are judged by. */
export function counted() {
  const log = [];
  const send = (url, init) => {
    log.push(String(url));
    return fetch(url, init);
  };
  return { send, count: () => log.length };
}

/** One request as a second tab would send it: no cache, no client. */
export async function plain(base, name, variables) {
  const answer = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { ...SLUG, 'content-type': 'application/json' },
    body: JSON.stringify({ query: text(name), operationName: name, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** Pays as the payment element does: with the publishable key and the client secret. */
export async function payAtTheTwin(base, { clientSecret, publishableKey }) {
  const [intent] = clientSecret.split('_secret_');
  const answer = await fetch(`${base}/twin/v1/payment_intents/${intent}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${publishableKey}` },
    body: new URLSearchParams({ payment_method: 'pm_card_visa', client_secret: clientSecret }),
  });
  assert.equal((await answer.json()).status, 'succeeded');
}

/** Waits until `look` answers something; looks again after a while, for clients that are not told. */
export async function until(what, look, everyMs = 20) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await pause(everyMs);
  }
}
