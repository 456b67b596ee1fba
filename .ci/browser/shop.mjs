// The shop at /demo: buying, and what can go wrong on the way.
import { check, tabTo } from './stage.mjs';
import { add, fillIn, next, ordered, pay, payWith, toPayment, total, visit } from './purchase.mjs';

const DECLINED = /402 \(Payment Required\)/;

export const shop = {
  async 'a whole purchase by clicks, looked at in every step'(stage) {
    const { page, faults } = await stage.visitor();
    await visit(stage, page);
    await page.locator('.product').first().waitFor();
    await stage.look(page, 'products');
    await page.getByRole('link', { name: /Cotton T-shirt/ }).click();
    await page.getByRole('radio', { name: 'White' }).check({ force: true });
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.locator('.outcome .notice.good').waitFor();
    await stage.look(page, 'product');
    await page.getByRole('link', { name: 'See the cart' }).click();
    await page.locator('.line').waitFor();
    check((await page.locator('.slot .notice').count()) === 0, 'the cart asks for what is the checkout\'s business');
    await stage.look(page, 'cart');
    await page.getByRole('link', { name: 'Check out' }).click();
    await page.getByRole('heading', { name: 'Who buys' }).waitFor();
    await next(page).click();
    await page.locator('[aria-invalid]').first().waitFor();
    await stage.look(page, 'checkout-empty');
    await fillIn(stage, page, 'Express');
    await stage.look(page, 'checkout');
    const shown = await total(page).textContent();
    await toPayment(page);
    check((await pay(page).textContent()) === `Pay ${shown}`, 'the button asks for another total than the one shown');
    await page.locator('[data-stripe-twin=payment] .amount', { hasText: shown }).waitFor();
    await stage.look(page, 'payment');
    await page.reload();
    await payWith(page, /^Succeeds •/);
    const number = await ordered(page);
    check((await page.locator('#payment-status').textContent()) === 'paid', 'the order is not paid');
    check((await page.locator('.totals .grand dd').textContent()) === shown, 'the receipt shows another total');
    await stage.look(page, 'order');
    await page.reload();
    check((await ordered(page)) === number, 'a reload shows another order');
    return faults;
  },

  async 'a whole purchase by keyboard alone'(stage) {
    const { page, faults } = await stage.visitor();
    const { keyboard } = page;
    await visit(stage, page);
    await page.locator('.product').first().waitFor();
    await tabTo(page, /Stoneware Mug Set/);
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add to cart' }).waitFor();
    await tabTo(page, /^Add to cart$/);
    await keyboard.press('Enter');
    await page.locator('.outcome .notice.good').waitFor();
    await tabTo(page, /^Check out$/);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Who buys' }).waitFor();
    const fields = [[/^Full name/, 'Ada Park'], [/^Email/, 'ada@example.com'], [/^Street/, '1 Main St'],
      [/^Postal/, '73301'], [/^City/, 'Austin'], [/^State/, 'TX']];
    for (const [label, text] of fields) {
      await tabTo(page, label);
      await keyboard.type(text);
    }
    await keyboard.press('Tab');
    await page.locator('.rate').first().waitFor();
    await tabTo(page, /^Ground/);
    await keyboard.press('Space');
    await page.locator('aside .sum', { hasText: 'Shipping' }).waitFor();
    const kept = await page.evaluate(() => document.activeElement.type);
    check(kept === 'radio', 'choosing a rate loses the focus');
    await tabTo(page, /^Continue to payment/);
    await keyboard.press('Enter');
    await page.locator('[data-stripe-twin=payment]').waitFor();
    await page.waitForFunction(() => document.activeElement.textContent === 'Payment');
    await tabTo(page, /^Succeeds •/);
    await keyboard.press('ArrowDown');
    await tabTo(page, /^Pay /);
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: '3-D Secure' }).waitFor();
    check(await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at.textContent === 'Approve';
    }), 'the dialog does not take the focus');
    await keyboard.press('Enter');
    await ordered(page);
    return faults;
  },

  async 'a declined card is told, and another one pays'(stage) {
    const { page, faults } = await stage.visitor([DECLINED]);
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await payWith(page, /^Insufficient funds/);
    await page.getByRole('alert').getByText('Your card has insufficient funds.').waitFor();
    await stage.look(page, 'declined');
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    return faults;
  },

  async '3-D Secure refused is told, approved pays'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await payWith(page, /^Asks for 3-D Secure/);
    await page.getByRole('dialog', { name: '3-D Secure' }).waitFor();
    await stage.look(page, '3-d-secure');
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('alert').getByText('failed authentication').waitFor();
    await pay(page).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await ordered(page);
    return faults;
  },

  async 'a late success is waited for'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await toPayment(page);
    await payWith(page, /^Succeeds later/);
    await page.getByText('Waiting for the payment provider').waitFor();
    await ordered(page);
    return faults;
  },

  async 'a code says why it does not apply, another takes off'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'stoneware-mug-set');
    await fillIn(stage, page);
    const enter = async (code) => {
      await page.getByLabel('Discount code').fill(code);
      await page.getByRole('button', { name: 'Apply Discount code' }).click();
    };
    await enter('SUMMER20');
    await page.locator('.code.bad', { hasText: 'SUMMER20' }).getByText('This code is no longer valid.').waitFor();
    await enter('WELCOME10');
    await page.locator('.code', { hasText: 'WELCOME10 takes off $5.00' }).waitFor();
    await page.locator('aside .sum', { hasText: '10 % off (WELCOME10)' }).waitFor();
    await stage.look(page, 'codes');
    await page.getByRole('button', { name: 'Remove SUMMER20' }).click();
    await page.locator('.code.bad').waitFor({ state: 'detached' });
    return faults;
  },

  async 'a gift certificate that covers all needs no payment'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'field-guide-e-book');
    await visit(stage, page, '/demo/checkout');
    check((await page.getByRole('heading', { name: 'Delivery' }).count()) === 0, 'an e-book asks how to send it');
    await page.getByRole('button', { name: 'Fill in an example' }).click();
    await page.getByLabel('Gift certificate').fill('DEMO-GIFT-EVERYTHING');
    await page.getByRole('button', { name: 'Apply Gift certificate' }).click();
    await page.getByRole('button', { name: 'Place the order · $0.00' }).click();
    await ordered(page);
    await page.getByText('There was nothing to pay.').waitFor();
    return faults;
  },

  async 'what is sold out, or more than there is, cannot be put into the cart'(stage) {
    const { page, faults } = await stage.visitor();
    await visit(stage, page, '/demo/products/wool-blanket');
    check(await page.getByRole('button', { name: 'Sold out' }).isDisabled(), 'a sold-out product can be added');
    await stage.look(page, 'sold-out');
    await add(stage, page, 'brass-desk-lamp', 3);
    await page.locator('.outcome .notice.bad').waitFor();
    check((await page.locator('#cart-link').textContent()) === 'Cart', 'what was refused is in the cart');
    return faults;
  },

  async 'the last ones are held for whoever binds first, and free again after a cancel'(stage) {
    const [first, other] = [await stage.visitor(), await stage.visitor()];
    for (const { page } of [first, other]) {
      await add(stage, page, 'brass-desk-lamp', 2);
      await fillIn(stage, page);
    }
    await toPayment(first.page);
    await next(other.page).click();
    await other.page.locator('.slot .notice.bad').waitFor();
    await stage.look(other.page, 'held-elsewhere');
    check(await pay(other.page).isHidden(), 'what another buyer holds can be paid');
    await first.page.getByRole('button', { name: 'Cancel this checkout' }).click();
    await first.page.getByRole('heading', { name: 'The checkout is canceled' }).waitFor();
    await toPayment(other.page);
    await other.page.getByRole('button', { name: 'Cancel this checkout' }).click();
    await other.page.getByRole('heading', { name: 'The checkout is canceled' }).waitFor();
    return [...first.faults, ...other.faults];
  },

  async 'problems stand at their fields, and the focus goes to the first'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'pocket-notebook');
    await fillIn(stage, page);
    await page.getByLabel('Email').fill('dana@');
    await page.getByLabel('City').fill('');
    await next(page).click();
    await page.locator('[id="customer.email"][aria-invalid=true]').waitFor();
    const described = await page.locator('[id="customer.email"]').getAttribute('aria-describedby');
    check((await page.locator(`[id="${described}"]`).textContent()).length > 5, 'nothing is said of the address');
    await page.locator('[id="shippingAddress.city"][aria-invalid=true]').waitFor();
    await page.waitForFunction(() => document.activeElement.id === 'customer.email');
    return faults;
  },

  async 'currencies have prices of their own'(stage) {
    const { page, faults } = await stage.visitor();
    await add(stage, page, 'stoneware-mug-set', 2);
    await page.getByLabel('Currency').selectOption('JPY');
    await page.locator('.big', { hasText: '¥7,200' }).waitFor();
    await visit(stage, page, '/demo/cart');
    await page.locator('aside .grand dd', { hasText: '¥14,400' }).waitFor();
    await fillIn(stage, page, 'Standard');
    await toPayment(page);
    await page.locator('[data-stripe-twin=payment] .amount', { hasText: '¥15,600' }).waitFor();
    await stage.look(page, 'payment-jpy');
    await payWith(page, /^Succeeds •/);
    await ordered(page);
    await visit(stage, page, '/demo/products/wall-calendar');
    await page.getByLabel('Currency').selectOption('EUR');
    await page.getByText('Not sold in EUR').waitFor();
    return faults;
  },
};
