// The two live transports, as their own clients speak them.

import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

import { SLUG } from './server.mjs';

/** graphql-transport-ws. A browser cannot set headers on a socket, so they are sent in the first message. */
export function socket(base) {
  const url = `${base.replace(/^http/, 'ws')}/graphql`;
  return createWs({ url, connectionParams: SLUG, webSocketImpl: WebSocket });
}

/** Server-sent events, a connection for each subscription. */
export const events = (base) => createSse({ url: `${base}/graphql`, headers: SLUG });
