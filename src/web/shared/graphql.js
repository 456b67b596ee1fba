// One request to the server: GraphQL over HTTP.

const PATIENCE_MS = 30_000;

/**
 * Sends a document. Does not throw: what never arrived is an error like any other, so that a page has one place to look.
 * Answers `{ data, errors, extensions, status, ms }`.
 */
export async function send(query, variables = {}, headers = {}) {
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = await response.json();
    return { ...body, status: response.status, ms: took() };
  } catch {
    const message = 'The server cannot be reached. Check the connection and try again.';
    return { errors: [{ message, extensions: { code: 'UNREACHABLE' } }], status: 0, ms: took() };
  }
}
