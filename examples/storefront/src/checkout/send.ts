// One way to send a checkout mutation. Three things can come of it, and a page must show each: the answer, business
// problems (userErrors), or a request that failed.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useState } from 'react';
import { useClient, type AnyVariables, type CombinedError } from 'urql';

import type { CheckoutProblemFragment } from '../gql/graphql';

type Payload = { userErrors: CheckoutProblemFragment[] };

/** One after another: a click on Pay must not overtake the address that was typed just before it. */
let last: Promise<unknown> = Promise.resolve();

function inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const mine = last.then(work, work);
  last = mine;
  return mine;
}

export function useSend() {
  const client = useClient();
  const [problems, setProblems] = useState<readonly CheckoutProblemFragment[]>([]);
  const [failed, setFailed] = useState<CombinedError | null>(null);
  const [busy, setBusy] = useState(false);

  /**
   * The payload, also one with problems; null where the request failed. Variables that depend on what the mutations before
   * it did are given as a function, which is asked when its turn has come.
   */
  const send = useCallback(
    async <Data extends Record<string, Payload>, Variables extends AnyVariables>(
      document: TypedDocumentNode<Data, Variables>,
      variables: Variables | (() => Variables),
    ): Promise<Data[keyof Data] | null> => {
      setBusy(true);
      const { data, error } = await inTurn(() => {
        const now = typeof variables === 'function' ? variables() : variables;
        return client.mutation(document, now).toPromise();
      });
      setBusy(false);
      setFailed(error ?? null);
      const payload = data ? (Object.values(data).find((field) => typeof field === 'object') as Data[keyof Data]) : null;
      setProblems(payload?.userErrors ?? []);
      return error ? null : payload;
    },
    [client],
  );
  return { send, problems, failed, busy };
}

export type Send = ReturnType<typeof useSend>['send'];
