// The one GraphQL client of the page: a normalized cache, so that what a mutation answers is at once what every part of the
// page shows.
import { cacheExchange } from '@urql/exchange-graphcache';
import { Client, fetchExchange } from 'urql';

import { cacheOptions } from './cache';

/** The organization whose shop this is. */
export const SHOP = 'demo';

const headers = { 'x-organization-slug': SHOP };

export const client = new Client({
  url: '/graphql',
  // A token must not end up in an address, so the server takes no document with a token by GET.
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [cacheExchange(cacheOptions), fetchExchange],
});
