// The cart: what its fields do, and how a cart ends.
import { check } from './stage.mjs';
import { add, fillIn, visit } from './purchase.mjs';

/** Cancels the checkout of a page, elsewhere. */
async function cancelElsewhere(stage, page) {
  const token = await page.evaluate(() => sessionStorage.getItem('checkstand.token'));
  const query = 'mutation($token: String!) { checkoutSessionCancel(token: $token) { userErrors { message } } }';
  const headers = { 'content-type': 'application/json', 'x-organization-slug': 'demo' };
  await fetch(`${stage.base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables: { token } }) });
}

export const carts = {
  async 'an emptied quantity takes nothing out'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook', 3);
    await visit(stage, page, '/demo/cart');
    const field = page.getByLabel('Quantity of');
    for (const text of ['', '2.5', '-1']) {
      await field.fill(text);
      await field.press('Tab');
      check((await field.inputValue()) === '3', `"${text}" leaves ${await field.inputValue()} in the field`);
    }
    await page.reload();
    check((await field.inputValue()) === '3', 'the line is another one than before');
    return faults;
  },

  async 'what is removed leaves the focus at the heading'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await add(stage, page, 'stoneware-mug-set');
    await visit(stage, page, '/demo/cart');
    await page.getByRole('button', { name: 'Remove Pocket Notebook' }).press('Enter');
    await page.getByRole('button', { name: 'Remove Pocket Notebook' }).waitFor({ state: 'detached' });
    check((await page.evaluate(() => document.activeElement.textContent)) === 'Cart', 'the focus is lost with a line');
    return faults;
  },

  async 'a cart that ended elsewhere says so, and can be started again'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook', 2);
    await visit(stage, page, '/demo/cart');
    await cancelElsewhere(stage, page);
    await page.getByLabel('Quantity of').fill('4');
    await page.getByLabel('Quantity of').press('Tab');
    await page.getByText('This checkout was canceled.').waitFor();
    await stage.look(page, 'cart-ended');
    await page.getByRole('button', { name: 'Start again with the same goods' }).click();
    await page.locator('.line', { hasText: 'Pocket Notebook' }).waitFor();
    check((await page.getByLabel('Quantity of').inputValue()) === '2', 'it is not the same goods');
    return faults;
  },

  async 'codes that are entered quickly are all kept'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'stoneware-mug-set');
    await fillIn(stage, page);
    await page.route('**/graphql', async (route) => {
      await new Promise((wake) => setTimeout(wake, 300));
      await route.fallback();
    });
    for (const code of ['WELCOME10', 'FREESHIP']) {
      await page.getByLabel('Discount code').fill(code);
      await page.getByRole('button', { name: 'Apply Discount code' }).click();
    }
    await page.locator('.code', { hasText: 'FREESHIP' }).waitFor();
    check((await page.locator('.code').count()) === 2, 'the second code replaces the first');
    return faults;
  },
};
