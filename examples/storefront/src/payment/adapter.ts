// The part of Stripe.js that a checkout needs. Stripe's own type satisfies it, and so does the stand-in of the demo
// (proofs/adapter.ts), so the page has one way to pay.

export interface PaymentElement {
  mount(node: HTMLElement): void;
  destroy(): void;
}

export interface PaymentElements {
  create(type: 'payment'): PaymentElement;
  /** Reads the intent again after its amount changed on the server. */
  fetchUpdates(): Promise<{ error?: { message: string } | undefined }>;
  /** Checks what the buyer entered. Must come before confirmPayment, and before anything slow. */
  submit(): Promise<{ error?: { message?: string } | undefined }>;
}

export interface PaymentResult {
  paymentIntent?: { id: string; status: string } | undefined;
  error?: { message?: string; code?: string; decline_code?: string } | undefined;
}

/** An adapter takes back the elements that it made itself, whatever more they can do: hence the parameter. */
export interface PaymentAdapter<Elements extends PaymentElements = PaymentElements> {
  elements(options: { clientSecret: string }): Elements;
  confirmPayment(options: {
    elements: Elements;
    confirmParams: { return_url: string };
    redirect: 'if_required';
  }): Promise<PaymentResult>;
}

/** What the provider's script leaves behind. */
export type CreateAdapter<Elements extends PaymentElements = PaymentElements> = (
  publishableKey: string,
) => PaymentAdapter<Elements>;
