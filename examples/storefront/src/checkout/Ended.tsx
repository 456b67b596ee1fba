// A checkout that is over without an order. Its goods are still known: they begin the next one, if the buyer wants them.
import { Link } from 'wouter';
import type { CombinedError } from 'urql';

import { CheckoutCreateDocument, type CheckoutProblemFragment } from '../gql/graphql';
import { Verdicts } from '../payment/Verdicts';
import { keepCart } from '../token';
import { isOver } from './problems';
import { Problems } from './Problems';
import type { Send } from './send';
import type { Session } from './session';

type Props = {
  session: Session;
  send: Send;
  problems: readonly CheckoutProblemFragment[];
  failed: CombinedError | null;
};

export function Ended({ session, send, problems, failed }: Props) {
  // What is no longer sold has no variant.
  const lines = session.lines.flatMap(({ variant, quantity, attributes }) =>
    variant ? [{ variantId: variant.id, quantity, attributes: attributes.map(({ key, value }) => ({ key, value })) }] : [],
  );

  async function startAgain() {
    const created = await send(CheckoutCreateDocument, { draft: { lines } });
    if (created?.token) keepCart(created.token);
  }

  return (
    <div className="stack">
      <h1>{session.state === 'CANCELED' ? 'This checkout was ended' : 'Your checkout ran out'}</h1>
      <Verdicts verdicts={session.verdicts} />
      <Problems problems={problems.filter((problem) => !isOver(problem))} failed={failed} />
      <p>Nothing more can be changed or paid in it. This was in it:</p>
      <ul className="lines">
        {session.lines.map((line) => (
          <li key={line.id}>
            {line.quantity} × {line.title}
          </li>
        ))}
      </ul>
      <p className="row wrapped">
        {lines.length > 0 && <button onClick={() => void startAgain()}>Start again with the same goods</button>}
        <Link href="/" className="button quiet">
          To the shop
        </Link>
      </p>
    </div>
  );
}
