// Automatic persisted queries with Apollo Client: a document is sent once, and by its hash from then on.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { ApolloClient, ApolloLink, gql, HttpLink } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

import { apolloCache } from './apollo.mjs';
import { check } from './check.mjs';
import { SLUG } from './server.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** A client whose requests are kept as they were sent. */
function persisting(base, config) {
  const bodies = [];
  const send = (url, init) => {
    bodies.push(JSON.parse(init.body));
    return fetch(url, init);
  };
  const link = ApolloLink.from([
    new PersistedQueryLink({ sha256 }),
    new HttpLink({ uri: `${base}/graphql`, headers: SLUG, fetch: send }),
  ]);
  return { client: new ApolloClient({ link, cache: apolloCache(config) }), bodies };
}

export async function persistedQueries(base, config) {
  // A name of this run, as the server keeps what it was told.
  const query = gql`query Persisted${Date.now().toString(36)} { organization { id name } }`;
  const named = async ({ client }) => (await client.query({ query })).data.organization.name;
  const sent = ({ bodies }) => bodies.map((body) => ('query' in body ? 'text' : 'hash'));
  const [first, second] = [persisting(base, config), persisting(base, config)];
  await check('Apollo Client, persisted queries: a new document costs one more request', async () => {
    assert.equal(await named(first), 'Demo Goods');
    assert.deepEqual(sent(first), ['hash', 'text']);
  });
  await check('Apollo Client, persisted queries: another client sends the hash alone', async () => {
    assert.equal(await named(second), 'Demo Goods');
    assert.deepEqual(sent(second), ['hash']);
  });
  for (const { client } of [first, second]) client.stop();
}
