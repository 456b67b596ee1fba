// Relay's runtime with compiled documents (relay/Shop.js). Relay needs no configuration: it keeps an object by its id, and
// what has none inside of its owner, as the published configuration says too.

import {
  Environment,
  Network,
  RecordSource,
  Store,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getRequest,
  Observable,
  requestSubscription,
} from 'relay-runtime';

import { counted, SLUG } from './server.mjs';
import { socket } from './sockets.mjs';

const artifact = async (name) => (await import(`./relay/__generated__/Shop${name}.graphql.js`)).default;

/** A new checkout is what its token leads to: the page after it has it without asking. */
function linkToken(store, { checkoutSessionCreate: { token } }) {
  const session = store.getRootField('checkoutSessionCreate').getLinkedRecord('checkoutSession');
  if (token && session) store.getRoot().setLinkedRecord(session, 'checkoutSession', { token });
}

export async function relay(base) {
  const liveDocument = await artifact('CheckoutLiveSubscription');
  const { send, count } = counted();
  const live = socket(base);
  const ask = async ({ text }, variables) => {
    const headers = { ...SLUG, 'content-type': 'application/json' };
    const answer = await send(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: text, variables }) });
    return answer.json();
  };
  const listen = ({ text }, variables) => Observable.create((sink) => live.subscribe({ query: text, variables }, sink));
  const network = Network.create(ask, listen);
  const environment = new Environment({ network, store: new Store(new RecordSource()) });

  async function query(name, variables, fetchPolicy) {
    const document = await artifact(`${name}Query`);
    // What a mounted component would do: keep the data from being collected.
    environment.retain(createOperationDescriptor(getRequest(document), variables));
    return fetchQuery(environment, document, variables, { fetchPolicy }).toPromise();
  }
  return {
    name: 'Relay, WebSocket',
    requests: count,
    ask: (name, variables) => query(name, variables, 'store-or-network'),
    more: (variables) => query('ProductList', variables, 'network-only'),
    afresh: (name, variables) => query(name, variables, 'network-only'),
    async tell(name, variables) {
      const mutation = await artifact(`${name}Mutation`);
      const updater = name === 'CheckoutCreate' ? linkToken : undefined;
      return new Promise((resolve, reject) => {
        commitMutation(environment, { mutation, variables, updater, onCompleted: resolve, onError: reject });
      });
    },
    watch(token, hear) {
      return requestSubscription(environment, { subscription: liveDocument, variables: { token }, onNext: hear }).dispose;
    },
    close: () => live.dispose(),
  };
}
