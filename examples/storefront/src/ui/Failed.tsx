// A request that was not answered as asked: the network, or a top-level error. Business problems never come this way.
import type { CombinedError } from 'urql';

import { Notice } from './Notice';

/** `again` asks once more; left out where the buyer has the button for it already, as with what a form sends. */
export function Failed({ error, again }: { error: CombinedError; again?: () => void }) {
  const code = error.graphQLErrors[0]?.extensions['code'];
  return (
    <Notice tone="bad">
      {error.networkError ? 'The shop cannot be reached. Try again in a moment.' : `Something went wrong (${String(code)}).`}{' '}
      {again && (
        <button type="button" className="quiet" onClick={again}>
          Try again
        </button>
      )}
    </Notice>
  );
}
