// The last step: bind the total that the buyer sees, show the card form, pay.
import { useEffect, useRef, useState } from 'react';

import { draftOf } from '../checkout/DetailsForm';
import { advice } from '../checkout/problems';
import { chosenRate } from '../checkout/Rates';
import type { Send } from '../checkout/send';
import { useNewest, type Session } from '../checkout/session';
import {
  CheckoutBindDocument,
  CheckoutCompleteDocument,
  CheckoutPaymentSessionDocument,
  type MoneyInput,
  type MoneyPartsFragment,
} from '../gql/graphql';
import { isZero, money } from '../money';
import { Notice } from '../ui/Notice';
import { Card, type PaymentSession } from './card';

type Totals = Session['totals'];
const input = ({ amount, currency }: MoneyPartsFragment): MoneyInput => ({ amount, currency });

type Props = { session: Session; token: string; send: Send; onSent: () => void };

export function PayBox({ session, token, send, onSent }: Props) {
  const node = useRef<HTMLDivElement>(null);
  const card = useRef<Card | null>(null);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const newest = useNewest(token, session);
  // A change in another tab drops the binding: then the card form shows an old amount, and is put away until the next bind.
  const open = shown && session.binding !== null;
  const free = isZero(session.totals.amountDue);

  useEffect(() => () => card.current?.clear(), []);

  /**
   * Binds what the buyer has entered and chosen, read from the screen at the click. Anything but the totals that the buyer
   * agrees to is refused. Again is harmless: unchanged content is the same binding.
   */
  async function bind(agreed: () => Totals): Promise<boolean> {
    const form = document.getElementById('details') as HTMLFormElement | null;
    if (!form?.reportValidity()) return false;
    const rate = chosenRate();
    // A rate that was stored earlier is not enough: the bind itself must say it.
    const draft = { ...draftOf(form), ...(rate && { shippingRateId: rate }) };
    const answer = await send(CheckoutBindDocument, () => {
      const { grandTotal, amountDue } = agreed();
      return { token, draft, expectedTotal: input(grandTotal), expectedAmountDue: input(amountDue) };
    });
    if (answer?.userErrors.some((one) => advice(one).next === 'choose-rate')) {
      document.querySelector<HTMLInputElement>('input[name=rate]')?.focus();
    }
    return answer?.userErrors.length === 0;
  }

  async function paymentSession(): Promise<PaymentSession | null> {
    const answer = await send(CheckoutPaymentSessionDocument, { token });
    return answer?.paymentSession ?? null;
  }

  async function placeFree() {
    if (!(await bind(() => session.totals))) return;
    const done = await send(CheckoutCompleteDocument, { token });
    if (done?.order) onSent();
  }

  /** Charges nothing yet. So a change that is still on its way may move the total: the buyer sees it before paying it. */
  async function begin() {
    if (!(await bind(() => newest().totals))) return;
    const wanted = await paymentSession();
    if (!wanted || !node.current) return;
    card.current ??= new Card(node.current);
    await card.current.follow(wanted);
    setShown(true);
  }

  async function pay() {
    const unfinished = await card.current?.check();
    if (unfinished) return setProblem(unfinished);
    // Between showing and paying, minutes may pass: the binding may have run out, another tab may have changed the cart.
    if (!(await bind(() => session.totals))) return setShown(false);
    const wanted = await paymentSession();
    if (!wanted || !card.current) return;
    if ((await card.current.follow(wanted)) === 'fresh') {
      return setProblem('Please enter the card once more: the payment was started anew.');
    }
    // What is charged is what the button says, whatever came between.
    if (wanted.amount.amountMinor !== session.totals.amountDue.amountMinor) {
      return setProblem(`It is ${money(wanted.amount)} now. Nothing was charged; please look at it again.`);
    }
    const { error } = await card.current.confirm(`${window.location.origin}/checkout`);
    // The browser's word ends here. A decline may be shown; a success is only believed when the server has the order.
    if (error) return setProblem(error.message ?? 'The payment did not work. Try again, or use another card.');
    onSent();
  }

  async function run(step: () => Promise<void>) {
    setBusy(true);
    setProblem(null);
    try {
      await step();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The payment form failed.');
    }
    setBusy(false);
  }

  const due = money(session.totals.amountDue);
  const step = free ? placeFree : open ? pay : begin;
  const label = free ? 'Place the order' : open ? `Pay ${due}` : `Continue to payment: ${due}`;
  return (
    <div className="stack">
      <div ref={node} className="card-form" hidden={!open} />
      {problem && <Notice tone="bad">{problem}</Notice>}
      <button disabled={busy} onClick={() => void run(step)}>
        {busy ? 'One moment…' : label}
      </button>
    </div>
  );
}
