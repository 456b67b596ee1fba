// After the card form said yes: wait for the server, the only one to be believed. It makes the order when Stripe's own
// message has come, usually within a second.
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';

import type { Send } from '../checkout/send';
import type { Session } from '../checkout/session';
import { CheckoutCompleteDocument } from '../gql/graphql';
import { cartBecameOrder } from '../token';

const LOOK_MS = 1000;
/** Then the server is asked to look at Stripe itself, in case its message got lost. */
const ASK_AFTER = 5;

export function useOutcome(session: Session | null, token: string | null, look: () => void, send: Send) {
  const [, navigate] = useLocation();
  const [sent, setSent] = useState(cameBack);
  const done = session?.state === 'COMPLETED';
  const failed = session?.paymentAttempt?.status === 'FAILED';
  const waiting = (sent && !failed) || session?.state === 'PAYMENT_PROCESSING';

  useEffect(() => {
    if (done && token) {
      cartBecameOrder(token);
      navigate('/order');
    }
  }, [done, token, navigate]);

  useEffect(() => {
    if (!waiting || done || !token) return;
    let looks = 0;
    const timer = setInterval(() => {
      looks += 1;
      if (looks % ASK_AFTER === 0) void send(CheckoutCompleteDocument, { token });
      else look();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [waiting, done, token]); // eslint-disable-line

  return { waiting: waiting || done, paymentSent: () => setSent(true), startAgain: () => setSent(false) };
}

/** Whether the buyer comes back from another site. The address then holds the client secret, which must not stay there. */
function cameBack(): boolean {
  const back = new URLSearchParams(window.location.search).has('payment_intent_client_secret');
  if (back) window.history.replaceState(null, '', window.location.pathname);
  return back;
}
