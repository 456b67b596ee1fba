// Checks schema.graphql: how it is written, that it only grows, and that a gateway can compose it.
//
//     node check.mjs [SERVER]
//
// SERVER is the address of one that was started with CHECKSTAND_FEDERATION=true; without it, nothing is composed. Exits 0
// only without a finding; docs/schema.md says what to do about one.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { compose } from './compose.mjs';
import { growth, undated } from './growth.mjs';
import { lintOperations, lintSchema } from './lint.mjs';

const TIMEOUT_MS = 30_000; // a debug build on a busy machine is slow; a server that hangs must still fail

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const SCHEMA = file('../../schema.graphql');
const OPERATIONS = file('../../examples/operations.graphql');

const server = process.argv[2];
const findings = [];
const done = [];

findings.push(...(await lintSchema(SCHEMA)));
done.push('linted');

if (existsSync(OPERATIONS)) {
  findings.push(...(await lintOperations(OPERATIONS, SCHEMA)));
  done.push('operations linted');
} else {
  done.push('operations skipped: there is no examples/operations.graphql');
}

const read = (path) => buildSchema(readFileSync(path, 'utf8'));
const present = read(SCHEMA);
const { broken, grown } = await growth(read(file('released.graphql')), present, new Date().toISOString().slice(0, 10));
findings.push(...broken, ...undated(present));
done.push(`${grown} changes since the release`);

if (server) {
  findings.push(...(await composition(`${server}/federation.graphql`)));
  done.push('composed');
} else {
  done.push('composition skipped: no server named');
}

for (const finding of findings) console.log(finding);
console.log(`schema: ${findings.length} findings (${done.join('; ')})`);
process.exitCode = findings.length === 0 ? 0 : 1;

async function composition(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok ? compose(await answer.text()) : [`composition: ${url} answers ${answer.status}`];
  } catch (error) {
    return [`composition: ${url}: ${error.message}`];
  }
}
