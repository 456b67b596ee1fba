// One checkout in two tabs, and its end by hand.
import { check } from './stage.mjs';
import { answering } from './troubles.mjs';
import { add, fillIn, next, ordered, payWith, pay, total, visit } from './purchase.mjs';

/** A second tab of the same checkout: it gets a copy of what the first keeps. */
export async function second(page, context) {
  const [other] = await Promise.all([context.waitForEvent('page'), page.evaluate(() => { window.open('/demo/cart'); })]);
  await other.locator('.line').waitFor();
  return other;
}

/** Takes so many notebooks there. */
export async function take(other, quantity) {
  await other.getByLabel('Quantity of').fill(String(quantity));
  await other.getByLabel('Quantity of').press('Tab');
  await other.locator('.line .sum', { hasText: '$25.00' }).waitFor();
}

export const tabs = {
  async 'a change in one tab shows up in the other'(stage) {
    const { page, context, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    const before = await total(page).textContent();
    // By the stream alone: this tab cannot look by itself.
    await answering(page, ' checkoutSession(token', { errors: [{ message: 'Nothing is told.' }] });
    await take(await second(page, context), 2);
    await page.waitForFunction((old) => document.querySelector('aside .grand dd').textContent !== old, before);
    await page.getByText('2 × Pocket Notebook').waitFor();
    return faults;
  },

  async 'a total that changed unseen is shown with what changed, and is the buyer\'s to accept'(stage) {
    const { page, context, faults } = await stage.visitor();
    // This tab hears nothing: neither by a stream nor by looking.
    await page.route('**/graphql', (route) => {
      const { query } = route.request().postDataJSON();
      if (!/^(subscription|query\(\$token)/.test(query) || !page.url().endsWith('/checkout')) return route.continue();
      return route.fulfill({ json: { data: { checkoutSession: null } } });
    });
    await add(stage, page, 'pocket-notebook');
    await page.getByRole('link', { name: 'Check out' }).click();
    await page.getByRole('button', { name: 'Fill in an example' }).click();
    await page.locator('.rate', { hasText: 'Ground' }).click();
    await page.locator('aside .sum', { hasText: 'Shipping' }).waitFor();
    const before = await total(page).textContent();
    await take(await second(page, context), 2);
    await next(page).click();
    await page.getByText(`It was ${before} and is`).waitFor();
    await stage.look(page, 'changed-total');
    const accept = page.getByRole('button', { name: /^Accept / });
    const asked = (await accept.textContent()).replace('Accept ', '');
    check(asked !== before, 'the new total is the old one');
    await accept.click();
    await pay(page).waitFor();
    check((await pay(page).textContent()) === `Pay ${asked}`, 'another total is asked for than accepted');
    await page.unroute('**/graphql');
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    return faults;
  },

  async 'whoever goes on before a change has arrived is told the total that it leads to'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page, 'Ground');
    const before = await total(page).textContent();
    await page.evaluate(() => {
      const at = (selector, text) => [...document.querySelectorAll(selector)].find(({ textContent }) => textContent.includes(text));
      at('.rate', 'Express').click();
      at('button', 'Continue to payment').click();
    });
    await page.getByText(`It was ${before} and is`).waitFor();
    await page.getByRole('button', { name: /^Accept / }).click();
    await pay(page).waitFor();
    await page.locator('aside .sum', { hasText: '$19.99' }).waitFor();
    return faults;
  },

  async 'a bound checkout can be changed, and is paid with its new total'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page, 'Ground');
    await next(page).click();
    await pay(page).waitFor();
    const before = await pay(page).textContent();
    await page.getByRole('button', { name: 'Change something' }).click();
    await page.locator('.rate', { hasText: 'Express' }).click();
    await page.locator('aside .sum', { hasText: '$19.99' }).waitFor();
    await next(page).click();
    await page.waitForFunction((old) => [...document.querySelectorAll('button')]
      .some(({ textContent, disabled }) => /^Pay \$/.test(textContent) && textContent !== old && !disabled), before);
    const shown = (await pay(page).textContent()).replace('Pay ', '');
    await page.locator('[data-stripe-twin=payment] .amount', { hasText: shown }).waitFor();
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    return faults;
  },

  async 'a checkout can be canceled'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await visit(stage, page, '/demo/checkout');
    await page.getByRole('button', { name: 'Cancel this checkout' }).click();
    await page.getByRole('heading', { name: 'The checkout is canceled' }).waitFor();
    await stage.look(page, 'canceled');
    await page.reload();
    await page.getByRole('heading', { name: 'There is nothing to check out' }).waitFor();
    return faults;
  },

  async 'an address that is wrong leads to a page that says so'(stage) {
    const { page, faults } = await stage.visitor([/404 \(Not Found\)/]);
    const response = await page.goto(`${stage.base}/demo/nowhere`);
    check(response.status() === 404, 'a wrong address answers as if it were right');
    await stage.look(page, 'not-found');
    await page.goto(stage.base);
    check(page.url() === `${stage.base}/demo`, 'the root does not lead to the shop');
    return faults;
  },
};
