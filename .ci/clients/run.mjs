// Real clients against a running demo: node .ci/clients/run.mjs http://127.0.0.1:PORT
//
// Each makes a whole purchase, sees what a second tab changes, and asks for nothing that it has. docs/clients.md.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

import { apollo } from './apollo.mjs';
import { persistedQueries } from './apq.mjs';
import { check, count } from './check.mjs';
import { published } from './config.mjs';
import { pagesAreTrue } from './docs.mjs';
import { journey } from './journey.mjs';
import { samplesAreValid } from './operations.mjs';
import { purchaseWithout } from './plain.mjs';
import { relay } from './relay.mjs';
import { samplesRun } from './samples.mjs';
import { events, socket } from './sockets.mjs';
import { urql } from './urql.mjs';

// A check that is skipped must be seen.
const EXPECTED = 80;

const base = process.argv[2];
if (!base) {
  console.error('usage: node run.mjs URL');
  process.exit(2);
}

// Caches tell on the console what they were not told: an object that they cannot identify, fields that got lost.
const warnings = [];
console.warn = console.error = (...words) => warnings.push(words.join(' '));

await samplesAreValid(base);
await samplesRun(base);
await pagesAreTrue();
const config = await published(base);
await journey(base, apollo(base, config));
await persistedQueries(base, config);
await journey(base, urql(base, config));
compileRelay();
await journey(base, await relay(base));
for (const transport of [socket, events]) await purchaseWithout(base, transport);

await check('no cache had anything to warn about', () => assert.deepEqual(warnings, []));

console.log(`${count()} of ${EXPECTED} checks ok: Apollo Client, urql with Graphcache, Relay, graphql-ws, graphql-sse`);
process.exit(count() === EXPECTED ? 0 : 1);

/** Relay runs what its compiler made of relay/Shop.js; the compiler checks it against schema.graphql. */
function compileRelay() {
  const cwd = import.meta.dirname;
  mkdirSync(`${cwd}/relay/__generated__`, { recursive: true });
  execFileSync('node_modules/.bin/relay-compiler', { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
