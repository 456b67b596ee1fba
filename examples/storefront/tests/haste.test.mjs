// A buyer who is faster than the answers, and changes that nobody saw: what is paid is what was on the screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  atTheCheckout,
  button,
  chooseCard,
  leave,
  openShop,
  orderNumber,
  slowDown,
  total,
  totalBecomes,
} from './support.mjs';

let shop;
before(async () => { shop = await openShop(); });
after(() => shop?.close());

const rate = (page, name) => page.getByRole('radio', { name });

test('a rate that is chosen just before paying is the one that is paid', async () => {
  const { context, page } = await atTheCheckout(shop);
  await slowDown(page, 'CheckoutReprice');
  await rate(page, /Express/).click();
  await button(page, 'Continue to payment: $35.49').click(); // the answer is not there yet
  await chooseCard(page, /^Succeeds •/);
  await rate(page, /Express/).and(page.locator(':checked')).waitFor();
  await totalBecomes(page, '$47.49');
  // The same once more with the card form open: no other total than the one on the button is paid.
  await rate(page, /Oversize/).click();
  await button(page, 'Pay $47.49').click();
  await page.getByRole('alert').getByText('The total is now $42.49 instead of $47.49.').waitFor();
  await button(page, 'Continue to payment: $42.49').click();
  await button(page, 'Pay $42.49').click();
  await orderNumber(page);
  assert.equal(await total(page), '$42.49');
  await page.getByText('by Oversize').waitFor();
  await leave(context);
});
