// The demo shop and the explorer in a real browser: node .ci/browser/test.mjs http://127.0.0.1:8080
//
// The server is a fresh `checkstand serve --demo`. SCREENSHOTS names a folder for pictures of every step, CHROMIUM the
// browser; a word after the address runs the cases whose sentence has it. The last line is the summary, and the status
// is not zero where anything failed.
import { amounts } from './amounts.mjs';
import { carts } from './cart.mjs';
import { explorer } from './explorer.mjs';
import { meanwhile } from './meanwhile.mjs';
import { orders } from './orders.mjs';
import { shop } from './shop.mjs';
import { Stage } from './stage.mjs';
import { tabs } from './tabs.mjs';
import { troubles } from './troubles.mjs';

const [base, word = ''] = process.argv.slice(2);
if (!base) throw new Error('Give the address of the server, such as http://127.0.0.1:8080');
const stage = await Stage.open(base.replace(/\/$/, ''));
const all = { ...shop, ...amounts, ...carts, ...orders, ...tabs, ...meanwhile, ...troubles, ...explorer };
const cases = Object.entries(all).filter(([sentence]) => sentence.includes(word));
let failed = 0;
for (const [sentence, run] of cases) {
  try {
    const faults = await run(stage);
    if (faults.length) throw new Error(faults.join('\n'));
    console.log(`ok      ${sentence}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${sentence}\n        ${error.stack ?? error}`);
  }
  await Promise.all(stage.browser.contexts().map((context) => context.close()));
}
await stage.browser.close();
console.log(`browser: ${cases.length - failed} of ${cases.length} cases passed, ${stage.looks} looks by axe in light and dark`);
process.exitCode = failed || cases.length === 0 ? 1 : 0;
