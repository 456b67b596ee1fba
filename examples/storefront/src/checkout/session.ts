// The checkout of a token, as the cache has it.
import { useEffect } from 'react';
import { useQuery } from 'urql';

import { CheckoutDocument, type CheckoutViewFragment } from '../gql/graphql';

export { CheckoutRepriceDocument as CheckoutReprice } from '../gql/graphql';
export type Session = CheckoutViewFragment;

export function useCheckout(token: string | null) {
  const [{ data, error, fetching }, ask] = useQuery({
    query: CheckoutDocument,
    variables: { token: token ?? '' },
    pause: !token,
  });
  // Another tab, or a phone that slept: what is on the page may be old when somebody comes back to it.
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible' && token) ask({ requestPolicy: 'network-only' });
    };
    document.addEventListener('visibilitychange', look);
    window.addEventListener('focus', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('focus', look);
    };
  }, [ask, token]);
  const session: Session | null = token ? (data?.checkoutSession ?? null) : null;
  return { session, error: error ?? null, loading: fetching && !session, look: () => ask({ requestPolicy: 'network-only' }) };
}
