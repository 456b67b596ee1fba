// The pages for client developers: their snippets are code that runs here, and no code of the schema is missing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { check } from './check.mjs';
import { read, schema } from './operations.mjs';

const trimmed = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean).join('\n');

export async function pagesAreTrue() {
  await check('each snippet of docs/clients.md and docs/payment.md is in the file that it names', () => {
    let snippets = 0;
    for (const page of ['docs/clients.md', 'docs/payment.md']) {
      for (const [, file, snippet] of read(page).matchAll(/```(?:js|ts)\n\/\/ (\S+)\n([\s\S]*?)```/g)) {
        assert.ok(trimmed(read(file)).includes(trimmed(snippet)), `${page}: this is not in ${file}:\n${snippet}`);
        snippets += 1;
      }
    }
    assert.ok(snippets >= 6, 'snippets');
  });
  const rows = (section) => [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  const [, refusals, messages, topLevel] = read('docs/errors.md').split(/^## /m).map(rows);
  const values = (...names) => names.flatMap((name) => schema.getType(name).getValues().map((value) => value.name)).sort();
  await check('docs/errors.md has a row for every code of userErrors, and no other', () =>
    assert.deepEqual(refusals.toSorted(), values('CheckoutErrorCode')),
  );
  await check('docs/errors.md has a row for every code of messages, and no other', () =>
    assert.deepEqual(messages.toSorted(), values('CheckoutMessageCode', 'DiscountRejection')),
  );
  await check('docs/errors.md has a row for every top-level code', () => {
    const codes = [...read('src/graphql/error.rs').matchAll(/Self::\w+ => "([A-Z_]+)"/g)].map(([, code]) => code);
    assert.ok(codes.length > 10, 'codes found');
    assert.deepEqual(codes.filter((code) => !topLevel.includes(code)), []);
  });
}
