// One interface, two implementations: what Stripe.js gives and what the demo's stand-in gives both fit the page's adapter.
import type { Stripe, StripeConstructor, StripeElements } from '@stripe/stripe-js';

import type { CreateAdapter, PaymentAdapter } from '../src/payment/adapter';

type Fits<Wanted, _Given extends Wanted> = true;

export type StripeFits = Fits<PaymentAdapter<StripeElements>, Stripe>;
export type StripeScriptFits = Fits<CreateAdapter<StripeElements>, StripeConstructor>;

/** The stand-in, as its script describes itself: window.StripeTwin. */
interface TwinElements {
  clientSecret: string;
  create(type: 'payment'): { mount(target: string | HTMLElement): void; unmount(): void; destroy(): void };
  fetchUpdates(): Promise<{ error?: { message: string } }>;
  submit(): Promise<{ selectedPaymentMethod: string; error?: undefined }>;
}
interface StripeTwin {
  (publishableKey: string): {
    elements(options: { clientSecret: string }): TwinElements;
    confirmPayment(options: {
      elements: TwinElements;
      confirmParams: { return_url: string };
      redirect: 'if_required';
    }): Promise<{ paymentIntent?: { id: string; status: string }; error?: { message?: string; code?: string } }>;
    retrievePaymentIntent(clientSecret: string): Promise<{ paymentIntent?: { id: string; status: string }; error?: { code?: string } }>;
  };
}
export type StandInFits = Fits<CreateAdapter<TwinElements>, StripeTwin>;

// @ts-expect-error: something that cannot confirm is no adapter
export type Refused = Fits<PaymentAdapter<StripeElements>, Pick<Stripe, 'elements'>>;
