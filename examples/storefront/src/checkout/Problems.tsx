// What a mutation met with, above the part of the page that sent it.
import type { CombinedError } from 'urql';

import type { CheckoutProblemFragment } from '../gql/graphql';
import { Failed } from '../ui/Failed';
import { Notice } from '../ui/Notice';
import { advice } from './problems';

type Props = { problems: readonly CheckoutProblemFragment[]; failed: CombinedError | null };

export function Problems({ problems, failed }: Props) {
  return (
    <>
      {failed && <Failed error={failed} />}
      {problems.map((problem) => (
        <Notice key={`${problem.code} ${problem.field ?? ''}`} tone="bad">
          {advice(problem).text}
        </Notice>
      ))}
    </>
  );
}
