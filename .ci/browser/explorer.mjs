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

/** Runs a subscription that `answer` answers. */
async function subscribing(page, answer) {
  await page.route('**/graphql', (route) => (route.request().headers().accept === 'text/event-stream'
    ? answer(route) : route.continue()));
  await write(page, 'subscription { checkoutSessionUpdated(token: "x") { state } }');
  await page.keyboard.press('Escape');
  await page.locator('#run').click();
}

const answered = (page) => page.locator('#timing', { hasText: /HTTP \d+/ }).waitFor();
/** The twin is out of reach, which must be said. */
async function payInVain(page) {
  await page.route('**/twin/**', (route) => route.abort());
  await page.locator('#run').click();
  await page.getByText('The twin cannot be reached.').waitFor();
  await page.unroute('**/twin/**');
}

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
    const { page, faults } = await stage.visitor([/ERR_FAILED/]);
    await open(stage, page);
    await stage.look(page, 'explorer');
    const titles = ['Products', 'Create', 'Reprice', 'Rates', 'Bind', 'Payment session', 'Pay at the twin', 'Order'];
    for (const [at, title] of titles.entries()) {
      const tab = page.getByRole('tab', { name: `${at + 1} ${title}` });
      check((await tab.getAttribute('aria-selected')) === 'true', `step ${at + 1} is not in view`);
      if (title === 'Pay at the twin') await payInVain(page);
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
      await page.locator('#run').click();
      await page.waitForTimeout(250);
      const { order } = (await response(page)).data;
      number = order?.number;
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
    const sent = [];
    page.on('request', (request) => sent.push(request.postDataJSON()?.variables));
    await page.locator('#run').click();
    // What was wrong is not sent later either: the only request is the one after it was mended.
    await page.getByLabel('Variables').fill('{"query": "lamp"}');
    await page.locator('#run').click();
    await answered(page);
    check(JSON.stringify(sent) === '[{"query":"lamp"}]', `sent were ${JSON.stringify(sent)}`);
    await page.getByLabel('Variables').fill('{"query": }');
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
    const start = ':\r\n\r\nevent: next\r\ndata: {"data":{"n":1}}\r\n\r\n: still here\n\nevent: next\ndata: {"data":{"n":2}}\n\n';
    for (const end of ['event: complete\ndata:\n\n', 'event: complete\ndata: null\n\n', 'event: complete\n\n']) {
      await subscribing(page, (route) => route.fulfill({ contentType: 'text/event-stream', body: start + end }));
      await page.locator('#timing', { hasText: '2 results, ended' }).waitFor();
      check((await page.locator('#response').textContent()).includes('"n": 2'), 'the second result is missing');
      await page.unroute('**/graphql');
    }
    return faults;
  },

  async 'a subscription that is refused shows why'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    await subscribing(page, (route) => route.fulfill({ json: { errors: [{ message: 'Nobody may watch.' }] } }));
    await page.locator('#timing', { hasText: 'The server gave no stream' }).waitFor();
    check((await page.locator('#response').textContent()).includes('Nobody may watch.'), 'it is not said why');
    return faults;
  },

  async 'a stream that is silent for too long is ended'(stage) {
    const { page, faults } = await stage.visitor();
    await page.clock.install();
    await open(stage, page);
    const asked = page.waitForRequest((request) => request.headers().accept === 'text/event-stream');
    await subscribing(page, () => {});
    await asked;
    await page.clock.fastForward(40_000);
    await page.locator('#timing', { hasText: 'istening' }).waitFor();
    await page.clock.fastForward(6_000);
    await page.locator('#timing', { hasText: 'the stream broke' }).waitFor();
    return faults;
  },

  async 'a step that was edited to ask for something else shows its answer'(stage) {
    const { page, faults } = await stage.visitor();
    await open(stage, page);
    await page.getByLabel('Document').fill('query Products { products(first: 1) { nodes { title } } }');
    await page.locator('#run').click();
    await answered(page);
    check((await response(page)).data.products.nodes.length === 1, 'the answer is not shown');
    return faults;
  },
};
