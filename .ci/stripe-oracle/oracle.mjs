// Holds our webhooks and our Stripe twin against Stripe's own package. Needs a running `checkstand serve --demo`.
//
//     CHECKSTAND_ENCRYPTION_KEY=… node oracle.mjs http://127.0.0.1:PORT CHECKSTAND DATA_DIR
//
// CHECKSTAND is the program, which is asked what was stored; DATA_DIR and the key are those of the server. docs/oracles.md.

import { count } from './check.mjs';
import { packageVerifiesTheTwin } from './deliveries.mjs';
import { packageDrivesTheTwin } from './sdk.mjs';
import { routeAgreesWithPackage } from './signatures.mjs';

// A check that is skipped must be seen.
const EXPECTED = 57;

const [base, program, dataDir] = process.argv.slice(2);
if (!dataDir || !process.env.CHECKSTAND_ENCRYPTION_KEY) {
  console.error('usage: CHECKSTAND_ENCRYPTION_KEY=… node oracle.mjs URL CHECKSTAND DATA_DIR');
  process.exit(2);
}

// Ids and accounts of this run: the demo keeps what it holds, and may be asked twice.
const run = Date.now().toString(36);

console.log("Signatures of the package at the demo's webhook route");
await routeAgreesWithPackage({ base, program, dataDir, run });
console.log('Events of the twin, verified by the package');
await packageVerifiesTheTwin({ base, run });
console.log('The package as a client of the twin');
await packageDrivesTheTwin({ base, run });

console.log(`${count()} of ${EXPECTED} checks ok`);
process.exit(count() === EXPECTED ? 0 : 1);
