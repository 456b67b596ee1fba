// The cart is the checkout session from the first line on: there is no other cart to keep in step.
import { useState } from 'react';

import { CheckoutCreateDocument, CheckoutLinesAddDocument } from '../gql/graphql';
import { cartBecameOrder, keepCart, useCartToken } from '../token';
import { isOver } from './problems';
import { useSend } from './send';

export function useAddToCart() {
  const token = useCartToken();
  const { send, problems, failed, busy } = useSend();
  const [added, setAdded] = useState(false);

  async function add(variantId: string, quantity: number) {
    setAdded(false);
    const lines = [{ variantId, quantity }];
    if (token) {
      const answer = await send(CheckoutLinesAddDocument, { token, lines });
      if (!answer) return;
      if (!answer.userErrors.some(isOver)) return setAdded(answer.userErrors.length === 0);
      // Paid in another tab: the order must not be lost with the cart.
      if (answer.checkoutSession?.state === 'COMPLETED') cartBecameOrder(token);
    }
    const created = await send(CheckoutCreateDocument, { draft: { lines } });
    if (created?.token) keepCart(created.token);
    setAdded(Boolean(created?.token));
  }

  return { add, added, problems, failed, adding: busy };
}
