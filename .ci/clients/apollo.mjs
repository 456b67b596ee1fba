// Apollo Client. The snippets of docs/clients.md are from here.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';

import { operations } from './operations.mjs';
import { counted, SLUG } from './server.mjs';
import { socket } from './sockets.mjs';

/** The published configuration in Apollo's words. */
export function apolloCache({ embeddedTypes, possibleTypes, connections }) {
  const embedded = embeddedTypes.map((type) => [type, { keyFields: false, merge: true }]);
  const paged = { products: relayStylePagination(connections.Query.products.keyArgs) };
  return new InMemoryCache({
    possibleTypes,
    typePolicies: { ...Object.fromEntries(embedded), Query: { fields: paged } },
  });
}

/** A new checkout is what its token leads to: the page after it has it without asking. */
function linkToken(cache, { data }) {
  const { token, checkoutSession } = data.checkoutSessionCreate;
  if (token) cache.writeQuery({ query: operations.Checkout, variables: { token }, data: { checkoutSession } });
}

export function apollo(base, config) {
  const { send, count } = counted();
  const http = new HttpLink({ uri: `${base}/graphql`, headers: SLUG, fetch: send });
  const live = socket(base);
  const isLive = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  const link = ApolloLink.split(isLive, new GraphQLWsLink(live), http);
  const client = new ApolloClient({ link, cache: apolloCache(config) });
  return {
    name: 'Apollo Client, WebSocket',
    requests: count,
    ask: async (name, variables) => (await client.query({ query: operations[name], variables })).data,
    async more({ after, ...variables }) {
      const list = client.watchQuery({ query: operations.ProductList, variables });
      const showing = list.subscribe({});
      await list.fetchMore({ variables: { after } });
      showing.unsubscribe();
    },
    afresh: (name, variables) => client.query({ query: operations[name], variables, fetchPolicy: 'network-only' }),
    tell: async (name, variables) => {
      const update = name === 'CheckoutCreate' ? linkToken : undefined;
      return (await client.mutate({ mutation: operations[name], variables, update })).data;
    },
    watch(token, hear) {
      // What comes is written to the cache by id, where every query that shows it sees it.
      const states = client.subscribe({ query: operations.CheckoutLive, variables: { token } });
      const subscription = states.subscribe({ next: hear });
      return () => subscription.unsubscribe();
    },
    close() {
      client.stop();
      return live.dispose();
    },
  };
}
