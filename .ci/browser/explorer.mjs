// The explorer at /explorer.
import { execFileSync } from 'node:child_process';
import { check } from './stage.mjs';

async function open(stage, page) {
  await page.goto(`${stage.base}/explorer`);
  await page.locator('#ready').waitFor({ state: 'attached' });
}

/** Writes a document of one's own. */
async function write(page, text) {
  await page.getByRole('tab', { name: 'Your own' }).click();
  await page.getByLabel('Document').fill('');
  await page.getByLabel('Document').pressSequentially(text);
}

const answered = (page) => page.locator('#timing', { hasText: /HTTP \d+/ }).waitFor();
const response = async (page) => JSON.parse(await page.locator('#response').textContent());

export const explorer = {
  async 'completion offers fields, arguments, enum values and variables'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    const offered = async (text, label) => {
      await write(page, text);
      await page.getByRole('option', { name: label }).first().waitFor();
    };
    await offered('{ organization { shi', 'shipsToCountries');
    await page.keyboard.press('Enter');
    check((await page.getByLabel('Document').inputValue()).endsWith('shipsToCountries'), 'Enter does not complete');
    await offered('{ products(so', 'sortBy');
    await offered('{ products(sortBy: PRICE_D', 'PRICE_DESC');
    await offered('mutation($draft: CheckoutDraft', 'CheckoutDraftInput');
    await offered('mutation($wish: X) { checkoutSessionCreate(draft: { lin', 'lines');
    await offered('query($key: String!) { order(token: $k', '$key');
    await offered('{ node(id: 1) { ... on Prod', 'ProductVariant');
    await stage.look(page, 'explorer-completion');
    return faults;
  },

  async 'eight steps lead to an order'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    await stage.look(page, 'explorer');
    const titles = ['Products', 'Create', 'Reprice', 'Rates', 'Bind', 'Payment session', 'Pay at the twin', 'Order'];
    for (const [at, title] of titles.entries()) {
      const tab = page.getByRole('tab', { name: `${at + 1} ${title}` });
      check((await tab.getAttribute('aria-selected')) === 'true', `step ${at + 1} is not in view`);
      await page.locator('#run').click();
      await answered(page);
      const { data } = await response(page);
      const errors = Object.values(data ?? {})[0]?.userErrors ?? [];
      check(errors.length === 0, `${title}: ${JSON.stringify(errors)}`);
      if (title === 'Reprice') await stage.look(page, 'explorer-reprice');
      if (title === 'Pay at the twin') await stage.look(page, 'explorer-pay');
      if (at < 7) await page.getByRole('button', { name: 'Next step' }).click();
    }
    let number = null;
    for (let tries = 0; tries < 40 && !number; tries += 1) {
      await page.keyboard.press('Tab');
      await page.locator('#run').click();
      await page.waitForTimeout(250);
      ({ data: { order: { number } = {} } } = { data: { order: (await response(page)).data.order ?? {} } });
    }
    check(number, 'no order came');
    return faults;
  },

  async 'a request is copied as a command that does the same'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    await page.getByLabel('Variables').fill('{"query": "mug\'s"}');
    await page.locator('#run').click();
    await answered(page);
    const shown = await response(page);
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByText('Copied.').waitFor();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    const env = { ...process.env, no_proxy: '*', NO_PROXY: '*' };
    const said = JSON.parse(execFileSync('bash', ['-c', command], { env, encoding: 'utf8' }));
    check(JSON.stringify(said.data) === JSON.stringify(shown.data), 'the command answers something else');
    return faults;
  },

  async 'variables that are no JSON are told, and nothing is sent'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    await page.getByLabel('Variables').fill('{"query": }');
    check((await page.locator('#variables-check').textContent()).length > 5, 'nothing is said of the variables');
    await page.locator('#run').click();
    await page.waitForTimeout(300);
    check((await page.locator('#response').textContent()) === 'Nothing was sent yet.', 'something was sent');
    await stage.look(page, 'explorer-fault');
    return faults;
  },

  async 'the schema can be searched and walked by keyboard'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    await page.getByLabel('Search types and fields').fill('expectedtotal');
    await page.getByText('0 found').waitFor();
    await page.getByLabel('Search types and fields').fill('grandTotal');
    await page.getByRole('button', { name: 'CheckoutTotals' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'CheckoutTotals' }).waitFor();
    await page.locator('#docs').getByRole('button', { name: 'Money!' }).first().click();
    await page.getByRole('heading', { name: 'Money' }).waitFor();
    await stage.look(page, 'explorer-docs');
    return faults;
  },

  async 'a server that keeps its schema to itself is no blank page'(stage) {
    const { page, faults } = await stage.visitor();
    await page.route('**/graphql', (route) => route.fulfill({ json: { errors: [{ message: 'Introspection is off.' }] } }));
    await open(stage, page);
    await page.getByText('The server keeps its schema to itself').waitFor();
    await stage.look(page, 'explorer-closed');
    return faults;
  },

  async 'a stream is read as it comes, whatever its line ends and comments'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    const body = ':\r\n\r\nevent: next\r\ndata: {"data":{"n":1}}\r\n\r\n: still here\n\nevent: next\ndata: {"data":{"n":2}}\n\nevent: complete\ndata:\n\n';
    await page.route('**/graphql', (route) => (route.request().headers().accept === 'text/event-stream'
      ? route.fulfill({ contentType: 'text/event-stream', body }) : route.continue()));
    await write(page, 'subscription { checkoutSessionUpdated(token: "x") { state } }');
    await page.keyboard.press('Escape');
    await page.locator('#run').click();
    await page.locator('#timing', { hasText: '2 results, ended' }).waitFor();
    check((await page.locator('#response').textContent()).includes('"n": 2'), 'the second result is missing');
    return faults;
  },
};
