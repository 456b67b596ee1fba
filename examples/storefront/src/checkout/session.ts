// The checkout of a token, as the cache has it.
import { useCallback, useEffect } from 'react';
import { useQuery, useSubscription } from 'urql';

import { CheckoutDocument, CheckoutLiveDocument, type CheckoutViewFragment } from '../gql/graphql';
import { forgetCart } from '../token';

export { CheckoutRepriceDocument as CheckoutReprice } from '../gql/graphql';
export type Session = CheckoutViewFragment;

const OVER: readonly Session['state'][] = ['CANCELED', 'EXPIRED'];

export function useCheckout(token: string | null) {
  const [{ data, error, fetching }, ask] = useQuery({
    query: CheckoutDocument,
    variables: { token: token ?? '' },
    pause: !token,
  });
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
  const session: Session | null = token ? (data?.checkoutSession ?? null) : null;
  // It ran out, or was ended in another tab: the next product begins a new one. Null, too: the server has forgotten it.
  const over = session ? OVER.includes(session.state) : Boolean(token && data?.checkoutSession === null);
  useEffect(() => {
    if (over && !fetching) forgetCart();
  }, [over, fetching]);
  return { session, error: error ?? null, loading: fetching && !session };
}
