// The token opens the checkout, so it is a secret of this browser: kept in local storage (shared by the shop's tabs), never
// in an address.
import { useSyncExternalStore } from 'react';

const CART = 'checkout-token';
const ORDER = 'order-token';

const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener('storage', listener); // the other tabs
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

function write(key: string, token: string | null) {
  if (token) localStorage.setItem(key, token);
  else localStorage.removeItem(key);
  for (const listener of listeners) listener();
}

export const cartToken = () => localStorage.getItem(CART);
export const useCartToken = () => useSyncExternalStore(subscribe, cartToken);
export const useOrderToken = () => useSyncExternalStore(subscribe, () => localStorage.getItem(ORDER));

export const keepCart = (token: string) => write(CART, token);
export const forgetCart = () => write(CART, null);

/** The checkout became an order: its token now opens the order, and the cart is empty again. */
export function cartBecameOrder(token: string) {
  write(ORDER, token);
  write(CART, null);
}
