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
  const listed = new Set([...read('docs/errors.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code));
  await check('docs/errors.md has a row for every code of the schema', () => {
    const enums = ['CheckoutErrorCode', 'CheckoutMessageCode', 'DiscountRejection'];
    const codes = enums.flatMap((name) => schema.getType(name).getValues().map((value) => value.name));
    assert.deepEqual(codes.filter((code) => !listed.has(code)), []);
  });
  await check('docs/errors.md has a row for every top-level code', () => {
    const codes = [...read('src/graphql/error.rs').matchAll(/Self::\w+ => "([A-Z_]+)"/g)].map(([, code]) => code);
    assert.ok(codes.length > 10, 'codes found');
    assert.deepEqual(codes.filter((code) => !listed.has(code)), []);
  });
}
