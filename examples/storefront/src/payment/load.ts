// The provider's script, loaded from where the server says: Stripe's own address, or the demo's stand-in. Never bundled:
// Stripe's terms and the card schemes want it from Stripe.
import type { CreateAdapter, PaymentAdapter } from './adapter';

declare global {
  interface Window {
    Stripe?: CreateAdapter;
    StripeTwin?: CreateAdapter;
  }
}

const scripts = new Map<string, Promise<void>>();

function load(url: string): Promise<void> {
  const known = scripts.get(url);
  if (known) return known;
  const loading = new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.onload = () => resolve();
    script.onerror = () => {
      scripts.delete(url); // so that another try is one
      reject(new Error('The payment form could not be loaded. Check the connection and try again.'));
    };
    document.head.append(script);
  });
  scripts.set(url, loading);
  return loading;
}

export async function loadAdapter(scriptUrl: string, publishableKey: string): Promise<PaymentAdapter> {
  await load(scriptUrl);
  const create = window.StripeTwin ?? window.Stripe;
  if (!create) throw new Error('The payment form did not start.');
  return create(publishableKey);
}
