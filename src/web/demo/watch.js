// Following a checkout session: what happens to it elsewhere, at the provider or in another tab, shows up by itself.

import { live } from '/web/shared/live.js';
import { HEADERS, ask } from './shop.js';
import { READ, WATCH } from './documents.js';

/** How long to wait between two looks where the server tells nothing by itself. */
const PAUSE_MS = 2500;
const FINAL = ['COMPLETED', 'CANCELED', 'EXPIRED'];

/**
 * Calls `onState` with the session each time that it changed, until it is final or the returned function is called.
 * It listens to the subscription; where there is none, or the stream breaks, it looks every few seconds instead.
 */
export function watchSession(token, onState) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let revision = null;
  let ended = false;
  const tell = (session) => {
    if (signal.aborted || !session) return;
    ended = FINAL.includes(session.state);
    // A payment changes the state without a revision, so both say whether there is news.
    const { status, updatedAt } = session.paymentAttempt ?? {};
    const now = `${session.revision} ${session.state} ${status} ${updatedAt} ${session.order?.number}`;
    if (now !== revision) onState(session);
    revision = now;
  };
  /** Listens until the stream ends; answers whether it is worth while to listen again. */
  const listen = async () => {
    let refused = false;
    const onResult = ({ data }) => tell(data?.checkoutSessionUpdated);
    const onRefused = () => { refused = true; };
    await live({ query: WATCH, variables: { token }, headers: HEADERS, signal, onResult, onRefused });
    // A stream that broke may have missed something, so it is looked at in any case.
    if (!ended && !signal.aborted) await look();
    return !refused;
  };
  const look = () => ask(READ, { token }).then(({ checkoutSession }) => tell(checkoutSession), () => {});
  const follow = async () => {
    let streams = true;
    while (!ended && !signal.aborted) {
      if (streams) streams = await listen();
      else if (!document.hidden) await look();
      if (!ended && !signal.aborted) await new Promise((wake) => setTimeout(wake, PAUSE_MS));
    }
  };
  follow();
  return () => stopping.abort();
}
