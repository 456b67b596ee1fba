// What happens while a buyer pays: another currency, another tab, a reload, an impatient click.
import { check } from './stage.mjs';
import { add, fillIn, next, ordered, pay, payWith, toPayment, visit } from './purchase.mjs';
import { second, take } from './tabs.mjs';
import { answering } from './troubles.mjs';

const waiting = (page) => page.getByText('Waiting for the payment provider').waitFor();

/** This tab hears nothing, neither by a stream nor by looking, until the returned function is called. */
async function deaf(page) {
  const ends = await Promise.all(['subscription(', ' checkoutSession(token'].map((word) => (
    answering(page, word, { data: { checkoutSession: null }, errors: [{ message: 'Nothing is heard.' }] }))));
  return () => Promise.all(ends.map((end) => end()));
}

/** Opens the payment; answers what it asks for. It goes there by links, as a page that hears nothing cannot be reloaded. */
async function shownAmount(stage, page) {
  await add(stage, page, 'pocket-notebook');
  await page.getByRole('link', { name: 'Check out' }).click();
  await page.getByRole('button', { name: 'Fill in an example' }).click();
  await page.locator('.rate', { hasText: 'Ground' }).click();
  await page.locator('aside .sum', { hasText: 'Shipping' }).waitFor();
  await toPayment(page);
  return (await pay(page).textContent()).replace('Pay ', '');
}

/** Takes one more in another tab and goes on to the payment there; answers what it asks for. */
async function boundElsewhere(stage, page, context) {
  const other = await second(page, context);
  await take(other, 2);
  await visit(stage, other, '/demo/checkout');
  await toPayment(other);
  return (await pay(other).textContent()).replace('Pay ', '');
}

/** The id of the intent that the next payment session is about. */
async function intentOf(page) {
  const response = await page.waitForResponse((one) => one.request().postData()?.includes('checkoutSessionPaymentSession'));
  return (await response.json()).data.result.paymentSession.clientSecret.split('_secret_')[0];
}

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

  async 'a total that another tab bound is asked for here, and is what is paid'(stage) {
    const { page, context, faults } = await stage.visitor();
    const hear = await deaf(page);
    const shown = await shownAmount(stage, page);
    const now = await boundElsewhere(stage, page, context);
    check(now !== shown, 'the other tab bound the same total');
    await hear();
    await page.getByRole('button', { name: `Pay ${now}` }).waitFor();
    await page.locator('[data-stripe-twin=payment] .amount', { hasText: now }).waitFor();
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    check((await page.locator('.totals .grand dd').first().textContent()) === now, 'another total was paid');
    return faults;
  },

  async 'a total that another tab bound unseen is not charged before the buyer agrees'(stage) {
    const { page, context, faults } = await stage.visitor();
    const hear = await deaf(page);
    const shown = await shownAmount(stage, page);
    const now = await boundElsewhere(stage, page, context);
    await payWith(page, /^Succeeds •/);
    await page.getByText(`It was ${shown} and is ${now} now.`).waitFor();
    await page.getByRole('button', { name: `Accept ${now}` }).click();
    await page.getByRole('button', { name: `Pay ${now}` }).waitFor();
    await page.locator('[data-stripe-twin=payment] .amount', { hasText: now }).waitFor();
    await hear();
    await pay(page).click();
    await ordered(page);
    return faults;
  },

  async 'a reload during a payment waits, and a payment that fails then can be tried again'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    const [intent] = await Promise.all([intentOf(page), toPayment(page)]);
    await payWith(page, /^Succeeds later/);
    await waiting(page);
    await page.getByText('State PAYMENT_PROCESSING').waitFor();
    await page.reload();
    await waiting(page);
    check(await next(page).isHidden(), 'the form is open while a payment is under way');
    await stage.look(page, 'waiting');
    await fetch(`${stage.base}/twin/_twin/payment_intents/${intent}/settle`, { method: 'POST', body: '{"outcome":"fail"}' });
    await pay(page).waitFor();
    await page.locator('[data-slot=payment]').getByText(/declined/).waitFor();
    check(await page.getByText('Waiting for the payment provider').isHidden(), 'a payment that failed is waited for');
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    return faults;
  },

  async 'a second click on Pay sends nothing, and hides nothing'(stage) {
    const { page, faults } = await stage.visitor();
    let sent = 0;
    page.on('request', (request) => { sent += request.url().endsWith('/confirm') ? 1 : 0; });
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await page.getByRole('radio', { name: /^Succeeds later/ }).check();
    await pay(page).dblclick();
    await waiting(page);
    check(!(await pay(page).isVisible()) || await pay(page).isDisabled(), 'Pay can be pressed again');
    // Even where it is not to be seen.
    await page.getByRole('button', { name: /^Pay /, includeHidden: true }).evaluate((button) => button.click());
    await ordered(page);
    check(sent === 1, `the payment was sent ${sent} times`);
    return faults;
  },

  async 'looking at a checkout with nothing to pay does not place the order'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'field-guide-e-book');
    await fillIn(stage, page, null);
    await page.getByLabel('Gift certificate').fill('DEMO-GIFT-EVERYTHING');
    await page.getByRole('button', { name: 'Apply Gift certificate' }).click();
    const place = page.getByRole('button', { name: 'Place the order · $0.00' });
    const calm = await answering(page, 'checkoutSessionComplete', { errors: [{ message: 'The server is busy.' }] });
    await place.click();
    await page.getByText('The server is busy.').waitFor();
    await page.getByText('State BOUND').waitFor();
    await calm();
    const asked = [];
    page.on('request', (request) => asked.push(request.postData() ?? ''));
    await page.reload();
    await page.getByText('State BOUND').waitFor();
    await place.waitFor();
    check(!asked.some((body) => body.includes('checkoutSessionComplete')), 'a look at the page places the order');
    await place.click();
    await ordered(page);
    return faults;
  },

  async 'a page that hears nothing asks for the outcome of its payment'(stage) {
    const { page, faults } = await stage.visitor();
    await deaf(page);
    await shownAmount(stage, page);
    await payWith(page, /^Succeeds later/);
    await waiting(page);
    await ordered(page);
    return faults;
  },

  async 'an element that breaks gives Pay back'(stage) {
    const { page, faults } = await stage.visitor();
    await page.addInitScript(() => {
      let broken = true;
      let twin;
      const breaking = (key) => {
        const stripe = twin(key);
        const { confirmPayment } = stripe;
        stripe.confirmPayment = async (given) => {
          if (!broken) return confirmPayment(given);
          broken = false;
          throw new Error('The element broke.');
        };
        return stripe;
      };
      Object.defineProperty(window, 'StripeTwin', { get: () => breaking, set: (real) => { twin = real; } });
    });
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await payWith(page, /^Succeeds •/);
    await page.getByRole('alert').getByText('The element broke.').waitFor();
    await pay(page).click();
    await ordered(page);
    return faults;
  },

  async 'a gift certificate that somebody else uses meanwhile charges nothing unseen'(stage) {
    const [first, other] = [await stage.visitor(), await stage.visitor()];
    for (const { page } of [first, other]) {
      await visit(stage, page);
      await page.getByLabel('Currency').selectOption('EUR');
      await add(stage, page, 'pocket-notebook', 3);
      await fillIn(stage, page, 'Standard');
      await page.getByLabel('Gift certificate').fill('DEMO-GIFT-EURO');
      await page.getByRole('button', { name: 'Apply Gift certificate' }).click();
      await page.locator('aside .sum', { hasText: 'To pay' }).waitFor();
    }
    const before = (await next(first.page).textContent()).split(' · ')[1];
    const all = await first.page.locator('aside .grand dd').first().textContent();
    await toPayment(other.page);
    await next(first.page).click();
    await first.page.getByText(`It was ${before} and is ${all} now.`).waitFor();
    await first.page.getByRole('button', { name: `Accept ${all}` }).click();
    await first.page.getByRole('button', { name: `Pay ${all}` }).waitFor();
    await other.page.getByRole('button', { name: 'Cancel this checkout' }).click();
    await other.page.getByRole('heading', { name: 'The checkout is canceled' }).waitFor();
    return [...first.faults, ...other.faults];
  },
};
