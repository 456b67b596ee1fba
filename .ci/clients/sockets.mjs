// The two live transports, as their own clients speak them.

import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

import { SLUG } from './server.mjs';

/**
 * graphql-transport-ws. A browser cannot set headers on a socket, so they are sent in the first message. It connects again
 * however often the connection is lost, as it is once an hour.
 */
export function socket(base) {
  const url = `${base.replace(/^http/, 'ws')}/graphql`;
  const again = { retryAttempts: Infinity, shouldRetry: () => true };
  return createWs({ url, connectionParams: SLUG, webSocketImpl: WebSocket, ...again });
}

/** Server-sent events, a connection for each subscription. */
export const events = (base) => createSse({ url: `${base}/graphql`, headers: SLUG });
