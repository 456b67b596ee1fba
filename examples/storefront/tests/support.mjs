// A browser, the built shop, and a buyer's moves in it. CHECKSTAND_URL is the server; SCREENSHOTS, a folder, keeps pictures.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const SERVER = process.env.CHECKSTAND_URL ?? 'http://127.0.0.1:8080';
const PICTURES = process.env.SCREENSHOTS;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const WAIT_MS = 30_000; // a busy machine is slow; what never comes must still fail

export async function openShop() {
  const [server, browser] = await Promise.all([
    preview({ root: path.join(import.meta.dirname, '..'), logLevel: 'error', preview: { port: 0 } }),
    chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] }),
  ]);
  const { port } = server.httpServer.address();
  const base = `http://127.0.0.1:${port}`;
  return {
    base,
    /** A new browser profile, which keeps what its pages complain of; `leave` looks at it. */
    async visitor(options = {}) {
      const context = await browser.newContext({ baseURL: base, viewport: { width: 1180, height: 860 }, ...options });
      context.setDefaultTimeout(WAIT_MS);
      context.failures = [];
      context.on('weberror', (failure) => context.failures.push(String(failure.error())));
      context.on('console', (message) => message.type() === 'error' && context.failures.push(message.text()));
      return context;
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.httpServer.close(resolve));
    },
  };
}

/** Ends a visit; a failure on one of its pages fails the test. `expected` says which complaints belong to the story. */
export async function leave(context, expected = null) {
  const failures = context.failures.filter((failure) => !expected?.test(failure));
  await context.close();
  assert.deepEqual(failures, []);
}

export async function openPage(context, address) {
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

export const button = (page, name) => page.getByRole('button', { name, exact: false });

export async function putInCart(page, slug, choice) {
  await page.goto(`/products/${slug}`);
  if (choice) await page.getByRole('combobox').selectOption({ label: choice });
  await button(page, 'Add to cart').click();
  await page.getByText('In your cart.').waitFor();
}

/** Who and where to; Texas, so that there is tax. */
export async function fillIn(page) {
  await page.getByLabel('Email').fill('dana@example.com');
  await page.getByLabel('Full name').fill('Dana Reyes');
  await page.getByLabel('Street and number').fill('1 Main St');
  await page.getByLabel('City').fill('Austin');
  await page.getByLabel('State or region code').fill('TX');
  await page.getByLabel('Postal code').fill('73301');
  await page.getByLabel('Country').focus(); // the form is sent as the field before is left
  await page.getByRole('radio', { name: /Ground/ }).check();
  await page.getByRole('radio', { name: /Ground/, checked: true }).waitFor();
}

/** A page at the checkout with what is never sold out, and the details filled in. */
export async function atTheCheckout(shop, { deaf, ...options } = {}) {
  const context = await shop.visitor(options);
  // A socket that never answers: the page hears nothing by itself.
  if (deaf) await context.routeWebSocket('**/graphql', () => {});
  const page = await openPage(context, '/');
  await putInCart(page, 'pocket-notebook');
  await putInCart(page, 'field-guide-e-book');
  await page.goto('/checkout');
  await fillIn(page);
  await totalBecomes(page, '$35.49');
  return { context, page };
}

/** The token of the page's cart: whoever has it is another window of the same buyer. */
export const tokenOf = (page) => page.evaluate(() => localStorage.getItem('checkout-token'));

export const total = (page) => page.getByLabel('Totals').locator('.strong dd').last().innerText();

export async function totalBecomes(page, wanted) {
  const sums = page.getByLabel('Totals').locator('.strong dd').last();
  const deadline = Date.now() + WAIT_MS;
  while ((await sums.innerText()) !== wanted && Date.now() < deadline) await page.waitForTimeout(50);
  assert.equal(await sums.innerText(), wanted);
}

/** Lets the answers to this operation take their time, so that the buyer can be faster. */
export async function slowDown(page, operation) {
  await page.route('**/graphql', async (route) => {
    if (route.request().postDataJSON().operationName === operation) await page.waitForTimeout(1500);
    await route.continue();
  });
}

/** The card form of the stand-in, with one of its cards chosen. */
export async function chooseCard(page, does) {
  await page.getByRole('radio', { name: does }).check();
}

export async function orderNumber(page) {
  await page.waitForURL('**/order');
  const heading = page.getByRole('heading', { level: 1, name: /Your order is/ });
  await heading.waitFor();
  return page.locator('h1 .number').innerText();
}

/** No violation of any rule of axe, and a picture to look at. */
export async function inspect(page, name) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  assert.deepEqual(told, [], `accessibility of ${name}`);
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true });
}

/** What the server tells caches. */
export const published = async () => (await fetch(`${SERVER}/client-config.json`)).json();

/** One request to the server past the page: another window of the same buyer, or somebody else. */
export async function ask(query, variables) {
  const answer = await fetch(`${SERVER}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-organization-slug': 'demo' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  return data;
}
