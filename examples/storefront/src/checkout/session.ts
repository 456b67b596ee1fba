// The checkout of a token, as the cache has it.
import { useCallback, useEffect, useState } from 'react';
import { useClient, useQuery, useSubscription } from 'urql';

import {
  CheckoutDocument,
  CheckoutLiveDocument,
  type CheckoutProblemFragment,
  type CheckoutViewFragment,
} from '../gql/graphql';
import { forgetCart } from '../token';
import { advice } from './problems';

export { CheckoutRepriceDocument as CheckoutReprice } from '../gql/graphql';
export type Session = CheckoutViewFragment;

/** Over without an order. What was in it is kept on the page, to start again with. */
export const isEnded = (session: Session | null) => session?.state === 'CANCELED' || session?.state === 'EXPIRED';

/** The session as it is, also for the frame of the page, which does not listen. */
export function useSession(token: string | null) {
  const [{ data, error, fetching, operation }, ask] = useQuery({
    query: CheckoutDocument,
    variables: { token: token ?? '' },
    pause: !token,
  });
  // An answer that failed has no data. What was there stays: taking it away would take a 3-D Secure off the screen. So it
  // does where the server has forgotten the session meanwhile.
  const [kept, keep] = useState<{ token: string; session: Session } | null>(null);
  // Null where the server knows none by this token; undefined where it has not said.
  const told: Session | null | undefined = operation?.variables.token === token ? data?.checkoutSession : undefined;
  useEffect(() => {
    if (token && told) keep({ token, session: told });
  }, [token, told]);
  const session = token ? (told ?? (kept?.token === token ? kept.session : null)) : null;
  return { session, forgotten: Boolean(token) && told === null, error: error ?? null, fetching, ask };
}

/** Reads the session as the mutation before left it: the one of the last render may be older by then. */
export function useNewest(token: string, session: Session): () => Session {
  const client = useClient();
  return () => client.readQuery(CheckoutDocument, { token }, { requestPolicy: 'cache-only' })?.data?.checkoutSession ?? session;
}

/** `problems` are what the page's own mutations met with. */
export function useCheckout(token: string | null, problems: readonly CheckoutProblemFragment[]) {
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
  // A refusal may be the first that this page hears of the end: see how it ended.
  const refused = problems.some((problem) => advice(problem).next === 'start-over');
  useEffect(() => {
    if (refused) look();
  }, [refused, look]);
  // The server has forgotten it, and so does the page, unless it still shows what was in it.
  useEffect(() => {
    if (forgotten && !session && !fetching) forgetCart();
  }, [forgotten, session, fetching]);
  return { session, ended: forgotten || isEnded(session), error, loading: fetching && !session, look };
}
