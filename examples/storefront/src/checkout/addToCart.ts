// The cart is the checkout session from the first line on: there is no other cart to keep in step.
import { useState } from 'react';

import { CheckoutCreateDocument, CheckoutLinesAddDocument } from '../gql/graphql';
import { forgetCart, keepCart, useCartToken } from '../token';
import { useSend } from './send';

const newCartNeeded = new Set(['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_FINAL']);

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
      const codes = answer.userErrors.map(({ code }) => code);
      if (!codes.some((code) => newCartNeeded.has(code))) return setAdded(codes.length === 0);
      forgetCart(); // it ran out, or became an order in another tab
    }
    const created = await send(CheckoutCreateDocument, { draft: { lines } });
    if (created?.token) keepCart(created.token);
    setAdded(Boolean(created?.token));
  }

  return { add, added, problems, failed, adding: busy };
}
