// What goes wrong between the shop and its server, and what the buyer is told.
import { check } from './stage.mjs';
import { add, fillIn, next, ordered, pay, visit } from './purchase.mjs';

/** Answers each request whose document has `word` with `json`, until the returned function is called. */
export async function answering(page, word, json) {
  const answer = (route) => (route.request().postDataJSON().query.includes(word)
    ? route.fulfill({ json }) : route.fallback());
  await page.route('**/graphql', answer);
  return () => page.unroute('**/graphql', answer);
}

export const troubles = {
  async 'a server that is too busy for once does not lose the cart'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    const message = 'The server is busy.';
    const busy = { data: { checkoutSession: null }, errors: [{ message, extensions: { code: 'OVERLOADED' } }] };
    const calm = await answering(page, 'checkoutSession(', busy);
    await page.goto(`${stage.base}/demo/cart`);
    await page.getByText(message).waitFor();
    await calm();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.line', { hasText: 'Pocket Notebook' }).waitFor();
    await page.goto(`${stage.base}/demo/order`);
    await page.getByText('There is no order yet').waitFor();
    return faults;
  },

  async 'a bind that does not arrive is told where the buyer is, and can be tried again'(stage) {
    const { page, faults } = await stage.visitor([/ERR_FAILED|ERR_INTERNET_DISCONNECTED/]);
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    const told = page.getByText('The server cannot be reached.');
    const seen = () => told.evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect();
      return top >= 0 && bottom <= window.innerHeight && node.closest('[data-slot]') === document.activeElement;
    });
    const lost = (route) => (route.request().postData().includes('checkoutSessionBind') ? route.abort() : route.fallback());
    for (const [button, goesOn] of [[next, pay], [pay, pay]]) {
      await page.route('**/graphql', lost);
      await page.setViewportSize({ width: 375, height: 600 });
      await button(page).click();
      await told.waitFor();
      check(await seen(), 'a buyer at the button does not see why nothing happens');
      await stage.look(page, 'unreachable');
      await page.unroute('**/graphql', lost);
      await button(page).click();
      await goesOn(page).waitFor();
      await told.waitFor({ state: 'detached' });
    }
    await ordered(page);
    return faults;
  },

  async 'a search that fails says so'(stage) {
    const { page, faults } = await stage.visitor();
    await visit(stage, page);
    await page.locator('.product').first().waitFor();
    const calm = await answering(page, 'products(', { errors: [{ message: 'The server is busy.' }] });
    await page.getByLabel('Search the shop').fill('mug');
    await page.getByRole('status').getByText('The server is busy.').waitFor();
    await calm();
    await page.getByLabel('Search the shop').fill('lamp');
    await page.getByRole('status').getByText('1 found').waitFor();
    return faults;
  },
};
