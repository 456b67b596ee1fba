// Requests as commands for a shell.

/** A text in single quotes: inside them a shell reads nothing but the quote itself. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A GraphQL request. */
export function graphqlCurl({ query, variables, headers }) {
  const all = { 'content-type': 'application/json', ...headers };
  const flags = Object.entries(all).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const body = JSON.stringify({ query, variables });
  return ['curl -s', quoted(new URL('/graphql', location.href).href), ...flags, '-d', quoted(body)].join(' ');
}

/** A form that is posted. */
export function formCurl({ address, form }) {
  const flags = Object.entries(form).map(([name, value]) => `-d ${quoted(`${name}=${value}`)}`);
  return ['curl -s', quoted(address), ...flags].join(' ');
}
