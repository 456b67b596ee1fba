// After the card form said yes: wait for the server, the only one to be believed. It makes the order when Stripe's own
// message has come, usually within a second, and the page hears of it live.
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';

import type { Send } from '../checkout/send';
import type { Session } from '../checkout/session';
import { CheckoutCompleteDocument } from '../gql/graphql';
import { cartBecameOrder, useOrderToken } from '../token';

/** Then the server is asked to look at Stripe itself, in case its message, or ours, got lost. */
const ASK_MS = 5000;

/** Whether the buyer comes back from another site. The address then holds the client secret, which must not stay there. */
const cameBack = new URLSearchParams(window.location.search).has('payment_intent_client_secret');
if (cameBack) window.history.replaceState(null, '', window.location.pathname);

export function useOutcome(session: Session | null, token: string | null, send: Send) {
  const [, navigate] = useLocation();
  const mine = useRef(token);
  const orderToken = useOrderToken();
  // Since when a payment is under way: the attempt's time stamp as it was then.
  const [sentAt, setSentAt] = useState<string | null>(cameBack ? '' : null);
  const attempt = session?.paymentAttempt;
  const done = session?.state === 'COMPLETED';
  // An older failure is of the try before: the buyer has paid again since.
  const failed = sentAt !== null && attempt?.status === 'FAILED' && attempt.updatedAt > sentAt;
  const open = !done && (sentAt !== null || session?.state === 'PAYMENT_PROCESSING');

  useEffect(() => {
    if (token) mine.current = token;
    if (done && token) cartBecameOrder(token);
  }, [done, token]);

  // Where two tabs show the checkout, one of them is the first to put the token away; both go to the order.
  useEffect(() => {
    if (orderToken && orderToken === mine.current) navigate('/order');
  }, [orderToken, navigate]);

  useEffect(() => {
    if (!open || !token) return;
    const timer = setInterval(() => void send(CheckoutCompleteDocument, { token }), ASK_MS);
    return () => clearInterval(timer);
  }, [open, token, send]);

  return { waiting: done || (open && !failed), paymentSent: () => setSentAt(attempt?.updatedAt ?? '') };
}
