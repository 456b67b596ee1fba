// What goes wrong between the shop and its server, and what the buyer is told.
import { add } from './purchase.mjs';

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
};
