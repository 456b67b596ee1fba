// The one GraphQL client of the page: a normalized cache, so that what a mutation answers is at once what every part of the
// page shows.
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient } from 'graphql-ws';
import { Client, fetchExchange, subscriptionExchange, type ExecutionResult } from 'urql';

import { cacheOptions } from './cache';

/** The organization whose shop this is. */
export const SHOP = 'demo';

const headers = { 'x-organization-slug': SHOP };

/** Mutations go one after another, so one that hangs would hold up all that come behind it. */
const ANSWER_MS = 30_000;

const fetchInTime: typeof fetch = (address, options = {}) => {
  const late = AbortSignal.timeout(ANSWER_MS);
  return fetch(address, { ...options, signal: options.signal ? AbortSignal.any([options.signal, late]) : late });
};

/** Live updates. It connects with the first subscription, and again whenever the connection was lost. */
const socket = createClient({
  url: new URL('/graphql', window.location.href.replace(/^http/, 'ws')).href,
  // A browser cannot set headers on a socket, so they go in the first message.
  connectionParams: headers,
  retryAttempts: Infinity,
  shouldRetry: () => true,
});

const live = subscriptionExchange({
  forwardSubscription: ({ query = '', variables = {} }) => ({
    subscribe: (sink) => {
      const next = (result: unknown) => sink.next(result as ExecutionResult);
      return { unsubscribe: socket.subscribe({ query, variables }, { ...sink, next }) };
    },
  }),
});

export const client = new Client({
  url: '/graphql',
  // A token must not end up in an address, so the server takes no document with a token by GET.
  preferGetMethod: false,
  fetch: fetchInTime,
  fetchOptions: { headers },
  exchanges: [cacheExchange(cacheOptions), live, fetchExchange],
});
