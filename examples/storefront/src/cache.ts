// How the cache tells objects apart: what the server publishes at /client-config.json, and two links that only a page knows.
import type { Cache, CacheExchangeOpts } from '@urql/exchange-graphcache';

import published from './client-config.json';

/** Types without a global id live inside their owner; everything else is known by `id`. */
const keys = Object.fromEntries(published.embeddedTypes.map((type) => [type, () => null]));

/** A new checkout is what its token leads to: so the checkout page has it without asking. */
function linkToken(result: Record<string, unknown>, _args: unknown, cache: Cache) {
  const payload = result['checkoutSessionCreate'] as { token: string | null; checkoutSession: { id: string } | null };
  if (!payload.token || !payload.checkoutSession) return;
  const session = cache.keyOfEntity({ __typename: 'CheckoutSession', id: payload.checkoutSession.id });
  cache.link('Query', 'checkoutSession', { token: payload.token }, session);
}

export const cacheOptions: CacheExchangeOpts = {
  keys,
  possibleTypes: published.possibleTypes,
  updates: { Mutation: { checkoutSessionCreate: linkToken } },
};
