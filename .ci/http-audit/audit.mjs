// Runs the public GraphQL-over-HTTP audits against a running server.
//
//     node audit.mjs http://127.0.0.1:PORT/graphql
//
// Exits 0 only when every audit is ok, also those the draft calls optional, and none is missing.

import { serverAudits } from 'graphql-http';

// A release of the suite with more or fewer audits must be looked at, not slip through.
const EXPECTED = 61;
const TIMEOUT_MS = 30_000; // a debug build on a busy machine is slow; a server that hangs must still fail

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs URL');
  process.exit(2);
}

const fetchFn = (target, init = {}) =>
  fetch(target, {
    ...init,
    headers: { ...init.headers, 'x-organization-slug': 'demo' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

/** The result of one audit; a server that cannot be reached is a result too. */
async function check(audit) {
  try {
    return await audit.fn();
  } catch (error) {
    return { status: 'error', reason: [error.message, error.cause?.message].filter(Boolean).join(': ') };
  }
}

const audits = serverAudits({ url, fetchFn });
let ok = 0;
for (const audit of audits) {
  const { status, reason, response } = await check(audit);
  console.log(`${status.padEnd(6)} ${audit.id}  ${audit.name}`);
  if (status === 'ok') {
    ok += 1;
    continue;
  }
  console.log(`       ${reason}`);
  if (response) {
    const body = response.bodyUsed ? '(body already read)' : await response.text().catch(String);
    console.log(`       answered ${response.status} ${response.headers.get('content-type')}: ${body.slice(0, 500)}`);
  }
}

console.log(`${ok} of ${audits.length} audits ok (expected: ${EXPECTED} of ${EXPECTED})`);
process.exit(ok === EXPECTED && audits.length === EXPECTED ? 0 : 1);
