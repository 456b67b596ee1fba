// The twin as Stripe's package and its switches reach it.

import assert from 'node:assert/strict';

import Stripe from 'stripe';

// Where the demo mounts it: src/cli/demo.rs. The package takes a host and no path, so its HTTP client adds it.
const MOUNT = '/twin';

/** Stripe's client with this key. It tries nothing twice: each answer is to be seen. */
export function client(base, key) {
  const { hostname, port } = new URL(base);
  const httpClient = Stripe.createNodeHttpClient();
  const direct = httpClient.makeRequest.bind(httpClient);
  httpClient.makeRequest = (host, at, path, ...rest) => direct(host, at, MOUNT + path, ...rest);
  return new Stripe(key, { host: hostname, port, protocol: 'http', httpClient, maxNetworkRetries: 0, telemetry: false });
}

/** Turns a switch of the twin. */
export async function turn(base, path, input) {
  const body = JSON.stringify(input);
  const answer = await fetch(`${base}${MOUNT}/_twin/${path}`, { method: 'POST', body });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text);
}
