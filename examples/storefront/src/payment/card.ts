// The mounted element and the payment session it belongs to. One per page, kept outside of React's state: what is on the
// screen is the provider's.
import type { CheckoutPaymentSessionMutation } from '../gql/graphql';
import type { PaymentAdapter, PaymentElement, PaymentElements, PaymentResult } from './adapter';
import { loadAdapter } from './load';

export type PaymentSession = NonNullable<CheckoutPaymentSessionMutation['checkoutSessionPaymentSession']['paymentSession']>;

type Shown = {
  adapter: PaymentAdapter;
  elements: PaymentElements;
  element: PaymentElement;
  clientSecret: string;
  amountMinor: number;
};

export class Card {
  private shown: Shown | null = null;

  constructor(private readonly node: HTMLElement) {}

  /**
   * Makes the element show this payment session. `clientAction` says what the server knows; what this page has mounted
   * decides: another tab may have been told FETCH_UPDATES in place of this one. Answers whether the buyer has to look
   * again, as the form is new.
   */
  async follow(session: PaymentSession): Promise<'ready' | 'fresh'> {
    const amountMinor = session.amount.amountMinor;
    const same = this.shown?.clientSecret === session.clientSecret && session.clientAction !== 'REMOUNT';
    if (this.shown && same) {
      if (session.clientAction === 'FETCH_UPDATES' || this.shown.amountMinor !== amountMinor) {
        const { error } = await this.shown.elements.fetchUpdates();
        if (error) throw new Error(error.message);
        this.shown.amountMinor = amountMinor;
      }
      return 'ready';
    }
    const adapter = await loadAdapter(session.scriptUrl, session.publishableKey);
    this.clear();
    const elements = adapter.elements({ clientSecret: session.clientSecret });
    const element = elements.create('payment');
    element.mount(this.node);
    this.shown = { adapter, elements, element, clientSecret: session.clientSecret, amountMinor };
    return 'fresh';
  }

  /** The form's own look at what was entered; a sentence where something is missing. */
  async check(): Promise<string | null> {
    const answer = await this.shown?.elements.submit();
    return answer?.error ? (answer.error.message ?? 'Please check the card.') : null;
  }

  /** Pays. 3-D Secure happens in here; a method that leads to another site comes back to `return_url`. */
  async confirm(returnUrl: string): Promise<PaymentResult> {
    if (!this.shown) return { error: { message: 'The payment form is not there yet.' } };
    const { adapter, elements } = this.shown;
    return adapter.confirmPayment({ elements, confirmParams: { return_url: returnUrl }, redirect: 'if_required' });
  }

  clear() {
    this.shown?.element.destroy();
    this.shown = null;
  }
}
