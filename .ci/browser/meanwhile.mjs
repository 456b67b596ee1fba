// What happens while a buyer pays: another currency, another tab, a reload, an impatient click.
import { check } from './stage.mjs';
import { add, fillIn, next, ordered, pay, payWith, toPayment, total, visit } from './purchase.mjs';

const waiting = (page) => page.getByText('Waiting for the payment provider').waitFor();

export const meanwhile = {
  async 'another currency during a payment is refused, and the order arrives'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await payWith(page, /^Succeeds later/);
    await waiting(page);
    await page.getByLabel('Currency').selectOption('EUR');
    await page.getByText('The cart stays in USD').waitFor();
    check((await page.getByLabel('Currency').inputValue()) === 'USD', 'another currency is shown than the cart has');
    await ordered(page);
    return faults;
  },

  async 'another currency lets go of what was held, and takes the last ones again'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'brass-desk-lamp', 2);
    await fillIn(stage, page);
    await toPayment(page);
    await page.getByLabel('Currency').selectOption('EUR');
    await page.locator('aside .grand dd', { hasText: '€' }).waitFor();
    check((await page.locator('#currency-problem').count()) === 0, 'the buyer\'s own hold is in the way');
    await page.getByRole('button', { name: 'Cancel this checkout' }).click();
    await page.getByRole('heading', { name: 'The checkout is canceled' }).waitFor();
    return faults;
  },

  async 'a currency in which something is not sold leaves the cart as it was'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'wall-calendar');
    await fillIn(stage, page);
    await toPayment(page);
    await page.getByLabel('Currency').selectOption('EUR');
    await page.getByText('The cart stays in USD').waitFor();
    await visit(stage, page, '/demo/cart');
    await page.locator('.line', { hasText: 'Wall Calendar' }).waitFor();
    return faults;
  },
};
