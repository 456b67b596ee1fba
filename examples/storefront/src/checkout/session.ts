// The checkout of a token, as the cache has it.
import { useCallback, useEffect, useState } from 'react';
import { useClient, useQuery, useSubscription } from 'urql';

import { CheckoutDocument, CheckoutLiveDocument, type CheckoutViewFragment } from '../gql/graphql';
import { forgetCart } from '../token';

export { CheckoutRepriceDocument as CheckoutReprice } from '../gql/graphql';
export type Session = CheckoutViewFragment;

const OVER: readonly Session['state'][] = ['CANCELED', 'EXPIRED'];

/** The session as it is, also for the frame of the page, which does not listen. */
export function useSession(token: string | null) {
  const [{ data, error, fetching, operation }, ask] = useQuery({
    query: CheckoutDocument,
    variables: { token: token ?? '' },
    pause: !token,
  });
  // An answer that failed has no data. What was there stays: taking it away would take a 3-D Secure off the screen.
  const [kept, keep] = useState<{ token: string; session: Session } | null>(null);
  // Null where the server knows none by this token; undefined where it has not said.
  const told: Session | null | undefined = operation?.variables.token === token ? data?.checkoutSession : undefined;
  useEffect(() => {
    if (token && told) keep({ token, session: told });
  }, [token, told]);
  const session = told ?? (told === undefined && kept?.token === token ? kept.session : null);
  return { session: token ? session : null, forgotten: Boolean(token) && told === null, error: error ?? null, fetching, ask };
}

/** Reads the session as the mutation before left it: the one of the last render may be older by then. */
export function useNewest(token: string, session: Session): () => Session {
  const client = useClient();
  return () => client.readQuery(CheckoutDocument, { token }, { requestPolicy: 'cache-only' })?.data?.checkoutSession ?? session;
}

export function useCheckout(token: string | null) {
  const { session, forgotten, error, fetching, ask } = useSession(token);
  // What a second tab, the shop or the bank changes. The messages are whole states, so the cache takes them as they come.
  useSubscription({ query: CheckoutLiveDocument, variables: { token: token ?? '' }, pause: !token });
  const look = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask]);
  // A phone that slept had no connection: what is on the page may be old when somebody comes back to it.
  useEffect(() => {
    const back = () => {
      if (document.visibilityState === 'visible' && token) look();
    };
    document.addEventListener('visibilitychange', back);
    window.addEventListener('focus', back);
    return () => {
      document.removeEventListener('visibilitychange', back);
      window.removeEventListener('focus', back);
    };
  }, [look, token]);
  // It ran out, or was ended in another tab: the next product begins a new one. Null, too: the server has forgotten it.
  const over = session ? OVER.includes(session.state) : forgotten;
  useEffect(() => {
    if (over && !fetching) forgetCart();
  }, [over, fetching]);
  return { session, error, loading: fetching && !session, look };
}
