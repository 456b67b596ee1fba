// What was decided about money that came late, twice, or after the end. Of a payment that simply became the order, the order
// itself says all there is to say.
import type { PaymentVerdictOutcome, VerdictPartsFragment } from '../gql/graphql';
import { money } from '../money';
import { Notice, type Tone } from '../ui/Notice';

type Verdict = VerdictPartsFragment;

const OUTCOMES: Record<PaymentVerdictOutcome, [Tone, (verdict: Verdict) => string]> = {
  HONORED: ['good', () => 'It came late, and became this order all the same.'],
  REFUNDED: ['info', ({ refundStatus }) => BACK[refundStatus ?? 'PENDING'] ?? BACK.PENDING],
  HELD_FOR_REVIEW: ['warn', () => 'It does not fit what was agreed; the shop looks at it and decides.'],
};

const BACK: Record<NonNullable<Verdict['refundStatus']>, string> = {
  PENDING: 'It bought nothing, and is on its way back to you.',
  SUCCEEDED: 'It bought nothing, and was given back.',
  FAILED: 'It bought nothing, but could not be given back yet. The shop sees to it.',
};

export function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }) {
  return verdicts
    .filter(({ reason }) => reason !== 'ON_TIME')
    .map((verdict) => {
      const [tone, say] = OUTCOMES[verdict.outcome];
      return (
        <Notice key={`${verdict.decidedAt} ${verdict.reason}`} tone={tone}>
          {verdict.amount ? `We have a payment of ${money(verdict.amount)}.` : 'We have a payment.'} {say(verdict)}
        </Notice>
      );
    });
}
