// Amounts as text: with the digits that are charged, which a browser's own table does not know of every currency.
import { check } from './stage.mjs';
import { visit } from './purchase.mjs';

/** A currency, an amount as the server says it, how Stripe's wire has it, and the digits that both show. */
const AMOUNTS = [
  ['USD', '1234.56', 123_456, '1,234.56'],
  ['HUF', '1234.56', 123_456, '1,234.56'],
  ['IDR', '1234.56', 123_456, '1,234.56'],
  ['JPY', '1234', 1_234, '1,234'],
  ['KWD', '1234.560', 1_234_560, '1,234.560'],
  ['COP', '0.05', 5, '0.05'],
];

export const amounts = {
  async 'money is shown with the digits that the server says'(stage) {
    const { page, faults } = await stage.visitor();
    await visit(stage, page);
    for (const [currency, amount, , digits] of AMOUNTS) {
      const shown = await page.evaluate(async (sum) => (await import('/web/demo/shop.js')).money(sum), { amount, currency });
      check(shown.replace(/[^\d.,]/g, '') === digits, `${amount} ${currency} is shown as ${shown}`);
    }
    return faults;
  },

  async 'the element shows an amount as the wire means it'(stage) {
    const { page, faults } = await stage.visitor();
    await visit(stage, page);
    await page.addScriptTag({ url: '/twin/element.js' });
    // Sent in hundredths, although it has none.
    for (const [currency, , amount, digits] of [...AMOUNTS, ['ISK', '1234', 123_400, '1,234.00']]) {
      await page.route('**/twin/v1/**', (route) => route.fulfill({ json: { amount, currency: currency.toLowerCase() } }));
      await page.evaluate(() => {
        const elements = window.StripeTwin('pk_test_x').elements({ clientSecret: 'pi_1_secret_2' });
        elements.create('payment').mount('#main');
      });
      const text = page.locator('[data-stripe-twin=payment] .amount', { hasText: /\d/ });
      const shown = await text.textContent();
      check(shown.replace(/[^\d.,]/g, '') === digits, `${amount} of ${currency} is shown as ${shown}`);
      await page.unroute('**/twin/v1/**');
    }
    return faults;
  },
};
