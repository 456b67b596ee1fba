// Amounts as the page shows them: each digit that the server sent, and none beside.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { createServer } from 'vite';

const SHOWN = [
  ['1234.56', 'USD', '$1,234.56'],
  ['1234.56', 'HUF', 'HUF 1,234.56'], // Intl by itself: 1,235
  ['1234.00', 'ISK', 'ISK 1,234.00'], // Intl by itself: 1,234
  ['1234', 'JPY', '¥1,234'],
  ['1234.560', 'KWD', 'KWD 1,234.560'],
  ['-0.05', 'EUR', '-€0.05'],
  ['90071992547409.91', 'USD', '$90,071,992,547,409.91'],
];

test('an amount is shown with all its digits, in every currency', async () => {
  const root = path.join(import.meta.dirname, '..');
  const server = await createServer({ root, server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
  const { money } = await server.ssrLoadModule('/src/money.ts');
  // Intl puts a space that does not break between the currency and the number.
  const shown = SHOWN.map(([amount, currency]) => money({ amount, currency }).replace('\u00a0', ' '));
  await server.close();
  assert.deepEqual(shown, SHOWN.map(([, , wanted]) => wanted));
});
