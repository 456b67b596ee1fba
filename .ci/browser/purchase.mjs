// Steps of a purchase in the shop, by clicks.
import { check } from './stage.mjs';

export const pay = (page) => page.getByRole('button', { name: /^Pay / });
export const next = (page) => page.getByRole('button', { name: /^Continue to payment/ });
export const total = (page) => page.locator('aside .grand dd').first();

/** Opens a page of the shop and waits for it. */
export async function visit(stage, page, path = '/demo') {
  await page.goto(`${stage.base}${path}`);
  await page.locator('h1').waitFor();
}

/** Puts a product into the cart. */
export async function add(stage, page, slug, quantity = 1) {
  await visit(stage, page, `/demo/products/${slug}`);
  await page.getByLabel('Quantity').fill(String(quantity));
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.locator('.outcome .notice').waitFor();
}

/** Goes to the checkout and fills it in, with the first rate. */
export async function fillIn(stage, page, rate = 'Ground') {
  await visit(stage, page, '/demo/checkout');
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  if (!rate) return;
  await page.locator('.rate', { hasText: rate }).click();
  await page.locator('aside .sum', { hasText: 'Shipping' }).waitFor();
}

/** Binds, and waits for the element. */
export async function toPayment(page) {
  await next(page).click();
  await pay(page).waitFor();
  await page.locator('[data-stripe-twin=payment]').waitFor();
}

/** Chooses a test card by what it does, and pays. */
export async function payWith(page, does) {
  await page.getByRole('radio', { name: does }).check();
  await pay(page).click();
}

/** The number of the order, once it is there. */
export async function ordered(page) {
  await page.locator('#order-number').waitFor();
  const number = await page.locator('#order-number').textContent();
  check(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(number), `an order number is not ${number}`);
  return number;
}
