// A request that was not answered as asked: the network, or a top-level error. Business problems never come this way.
import type { CombinedError } from 'urql';

import { Notice } from './Notice';

export function Failed({ error }: { error: CombinedError }) {
  const code = error.graphQLErrors[0]?.extensions['code'];
  return (
    <Notice tone="bad">
      {error.networkError ? 'The shop cannot be reached. Try again in a moment.' : `Something went wrong (${String(code)}).`}
    </Notice>
  );
}
