// urql with Graphcache. The snippets of docs/clients.md are from here.

import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

import { operations } from './operations.mjs';
import { counted, SLUG } from './server.mjs';
import { events } from './sockets.mjs';

/** The published configuration in Graphcache's words. */
export function graphcache({ embeddedTypes, possibleTypes }) {
  return cacheExchange({
    keys: Object.fromEntries(embeddedTypes.map((type) => [type, () => null])),
    possibleTypes,
    resolvers: { Query: { products: relayPagination() } },
    updates: { Mutation: { checkoutSessionCreate: linkToken } },
  });
}

/** A new checkout is what its token leads to: the page after it has it without asking. */
function linkToken({ checkoutSessionCreate: { token, checkoutSession } }, _args, cache) {
  if (token) cache.link('Query', 'checkoutSession', { token }, cache.keyOfEntity(checkoutSession));
}

export function urql(base, config) {
  const { send, count } = counted();
  const live = events(base);
  const forwardSubscription = ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: live.subscribe({ query, variables }, sink) }),
  });
  const client = new Client({
    url: `${base}/graphql`,
    fetch: send,
    fetchOptions: { headers: SLUG },
    // A document with a token is refused by GET, as an address is kept in logs.
    preferGetMethod: false,
    exchanges: [graphcache(config), subscriptionExchange({ forwardSubscription }), fetchExchange],
  });
  const data = async (sent) => {
    const { data: found, error } = await sent.toPromise();
    if (error) throw error;
    return found;
  };
  return {
    name: 'urql with Graphcache, SSE',
    requests: count,
    ask: (name, variables) => data(client.query(operations[name], variables)),
    more: (variables) => data(client.query(operations.ProductList, variables)),
    afresh: (name, variables) => data(client.query(operations[name], variables, { requestPolicy: 'network-only' })),
    tell: (name, variables) => data(client.mutation(operations[name], variables)),
    watch: (token, hear) => client.subscription(operations.CheckoutLive, { token }).subscribe(hear).unsubscribe,
    close: () => live.dispose(),
  };
}
