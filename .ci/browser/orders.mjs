// The order and its receipt.
import { check } from './stage.mjs';
import { add, fillIn, ordered, payWith, toPayment } from './purchase.mjs';

/** A sum on a page in cents; what is taken off is negative. */
const cents = (text) => Number(text.replace(/[^\d−]/g, '').replace('−', '-')) || 0;

/** Adds up the rows of a list of sums, from the subtotal on. */
async function addUp(page) {
  const rows = await page.locator('.totals .sum').evaluateAll((all) => all.map((one) => (
    [one.querySelector('dt').textContent, one.querySelector('dd').textContent])));
  let sum = 0;
  for (const [label, amount] of rows) {
    const isTotal = ['Total', 'By card'].includes(label);
    check(!isTotal || sum === cents(amount), `${label} is ${amount}, the rows make ${sum}: ${rows.join(' | ')}`);
    if (!isTotal && !label.startsWith('Includes')) sum += cents(amount);
  }
  return rows.length;
}

export const orders = {
  async 'the rows of a receipt add up to its total'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'stoneware-mug-set', 2);
    await fillIn(stage, page, 'Express');
    const codes = [['Discount code', 'FREESHIP'], ['Discount code', 'WELCOME10'], ['Gift certificate', 'DEMO-GIFT-5000']];
    for (const [label, code] of codes) {
      await page.getByLabel(label).fill(code);
      await page.getByRole('button', { name: `Apply ${label}` }).click();
    }
    await page.locator('aside .sum', { hasText: 'To pay' }).waitFor();
    check(await addUp(page) > 6, 'rows are missing in the summary');
    await toPayment(page);
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    check(await addUp(page) > 6, 'rows are missing on the receipt');
    await stage.look(page, 'order-rows');
    return faults;
  },

  async 'an order that is disputed is no good news, and what was decided of payments is told'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await payWith(page, /^Succeeds, then disputed/);
    await ordered(page);
    const status = page.locator('#payment-status');
    for (let tries = 0; tries < 20 && (await status.textContent()) !== 'disputed'; tries += 1) {
      await page.waitForTimeout(250);
      await page.reload();
      await status.waitFor();
    }
    await page.locator('.notice.warn', { hasText: 'disputes' }).waitFor();
    check((await page.locator('.notice.good').count()) === 0, 'a dispute is shown as good news');
    await page.route('**/graphql', async (route) => {
      if (!route.request().postDataJSON().query.includes(' order(token')) return route.fallback();
      const response = await route.fetch();
      const json = await response.json();
      const amount = { amount: '21.49', currency: 'USD' };
      json.data.order.verdicts.push({ outcome: 'REFUNDED', reason: 'DUPLICATE', refundStatus: 'PENDING', amount });
      return route.fulfill({ response, json });
    });
    await page.reload();
    await page.getByText('A payment of $21.49 goes back to you, as the order was paid already.').waitFor();
    await stage.look(page, 'order-verdict');
    return faults;
  },
};
