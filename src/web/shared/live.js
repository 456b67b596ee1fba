// Subscriptions over server-sent events: the "distinct connections" mode of GraphQL over SSE. One POST is one
// subscription; the answer is a stream of `event: next` with a result each, and ends with `event: complete`.
//
// EventSource cannot send a body, and a token does not belong into an address, so the stream is read with fetch.

/** The server says something every 15 seconds: a stream that is silent for three times that is dead, and nobody noticed. */
const SILENT_MS = 45_000;

/**
 * Subscribes and calls `onResult` with each result. Resolves to `true` when the stream ended by itself, and to `false` when
 * the wire broke, fell silent, or the server answered with something else than a stream: `onRefused` gets that, if it is JSON.
 */
export async function live({ query, variables = {}, headers = {}, signal, onResult, onRefused = () => {} }) {
  const silent = new AbortController();
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => silent.abort(), SILENT_MS);
  };
  heard();
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.any([signal, silent.signal]),
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      onRefused(await response.json());
      return false;
    }
    return await read(response.body, onResult, heard);
  } catch {
    return false;
  } finally {
    clearTimeout(silence);
  }
}

async function read(body, onResult, heard) {
  let waiting = '';
  for await (const piece of pieces(body.pipeThrough(new TextDecoderStream()))) {
    heard();
    waiting = (waiting + piece).replaceAll('\r\n', '\n');
    const events = waiting.split('\n\n');
    waiting = events.pop();
    for (const event of events.map(parse)) {
      if (event.name === 'next') onResult(JSON.parse(event.data));
      // Its data says nothing; some servers send none.
      if (event.name === 'complete') return true;
    }
  }
  // The stream ended without saying so: whoever waits has to look for themselves.
  return false;
}

/** Streams are not iterable in every browser yet. */
async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value;
  } finally {
    reader.releaseLock();
  }
}

/** One event: its name and its data. Lines that begin with a colon are there to keep the connection open. */
function parse(text) {
  const lines = text.split('\n').filter((line) => !line.startsWith(':'));
  const values = (field) => lines
    .filter((line) => line.startsWith(`${field}:`))
    .map((line) => line.slice(field.length + 1).replace(/^ /, ''));
  return { name: values('event').at(-1) ?? 'message', data: values('data').join('\n') };
}
