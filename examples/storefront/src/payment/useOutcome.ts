// After the card form said yes: wait for the server, the only one to be believed. It makes the order when Stripe's own
// message has come, usually within a second, and the page hears of it live.
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';

import { useSend } from '../checkout/send';
import type { Session } from '../checkout/session';
import { CheckoutCompleteDocument } from '../gql/graphql';
import { cartBecameOrder, cartToken, useOrderToken } from '../token';

/** Then the server is asked to look at Stripe itself, in case its message, or ours, got lost. */
const ASK_MS = 5000;

/** A payment that is under way: of which checkout, and the time stamp of the attempt as it was before. */
type Sent = { token: string; before: string };

/** The payment of a buyer who comes back from another site. The address holds the client secret, which must not stay there. */
function comingBack(): Sent | null {
  if (!new URLSearchParams(window.location.search).has('payment_intent_client_secret')) return null;
  window.history.replaceState(null, '', window.location.pathname);
  const token = cartToken();
  return token ? { token, before: '' } : null;
}
let cameBack = comingBack();

export function useOutcome(session: Session | null, token: string | null) {
  const [, navigate] = useLocation();
  const mine = useRef(token);
  const orderToken = useOrderToken();
  const [lastSent, setSent] = useState(cameBack);
  const sent = lastSent?.token === token ? lastSent : null;
  const attempt = session?.paymentAttempt;
  const done = session?.state === 'COMPLETED';
  // An older failure is of the try before: the buyer has paid again since.
  const failed = sent !== null && attempt?.status === 'FAILED' && attempt.updatedAt > sent.before;
  const waiting = done || (!failed && (sent !== null || session?.state === 'PAYMENT_PROCESSING'));
  // What this asks is answered in the session. It is sent apart from the page, whose messages it must not wipe away.
  const { send } = useSend();

  useEffect(() => {
    if (token) mine.current = token;
    if (done && token) cartBecameOrder(token);
  }, [done, token]);

  // A payment that failed is over: what happens to the attempt from here on is of the next try.
  useEffect(() => {
    if (!failed) return;
    cameBack = null;
    setSent(null);
  }, [failed]);

  // Where two tabs show the checkout, one of them is the first to put the token away; both go to the order.
  useEffect(() => {
    if (orderToken && orderToken === mine.current) navigate('/order');
  }, [orderToken, navigate]);

  useEffect(() => {
    if (!waiting || done || !token) return;
    const timer = setInterval(() => void send(CheckoutCompleteDocument, { token }), ASK_MS);
    return () => clearInterval(timer);
  }, [waiting, done, token, send]);

  function paymentSent() {
    if (token) setSent({ token, before: attempt?.updatedAt ?? '' });
  }
  return { waiting, paymentSent };
}
