// Who buys, and where to. Sent when the buyer leaves the form's field, so that rates and taxes are there without a button.
import { useRef } from 'react';
import { useQuery } from 'urql';

import { ProductListDocument, type CheckoutDraftInput, type CountryCode } from '../gql/graphql';
import type { Session } from './session';

/** What the form holds, as a draft. An empty field is null: it clears what was stored. */
export function draftOf(form: HTMLFormElement): CheckoutDraftInput {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? '').trim() || null;
  const draft: CheckoutDraftInput = { customer: { name: text('name'), email: text('email') } };
  if (data.has('address1')) {
    draft.shippingAddress = {
      address1: text('address1'),
      address2: text('address2'),
      city: text('city'),
      regionCode: text('regionCode'),
      postalCode: text('postalCode'),
      countryCode: text('countryCode') as CountryCode | null,
    };
  }
  if (data.has('customerMessage')) draft.customerMessage = text('customerMessage');
  return draft;
}

/** The inputs that say beside themselves what is wrong with them. */
const INPUTS = ['email', 'name', 'address1', 'address2', 'city', 'regionCode', 'postalCode'] as const;
type Input = (typeof INPUTS)[number];

/** `field` of a message is the place in the session: its last part is the name of the input. */
const isAbout = (message: Session['messages'][number], name: Input) => Boolean(message.field?.endsWith(`.${name}`));
export const isBesideField = (message: Session['messages'][number]) => INPUTS.some((name) => isAbout(message, name));

type Field = { name: Input; label: string; autoComplete: string; value: string | null | undefined; required?: boolean };

export function DetailsForm({ session, save }: { session: Session; save: (draft: CheckoutDraftInput) => void }) {
  // The same query as the list's first page: where the shop ships to comes with it, from the cache.
  const [{ data, fetching }] = useQuery({ query: ProductListDocument, variables: { query: '', sortBy: 'RELEVANCE', first: 24 } });
  const countries = data?.organization?.shipsToCountries ?? [];
  // Whether something was entered that the server has not been told. Only then: a change drops a total that is bound.
  const changed = useRef(false);
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const { customer, shippingAddress: to, messages } = session;
  // Sent before the countries are there, the address would be without the one that is then shown as chosen.
  if (fetching && !data) return <p>Loading…</p>;

  function leave(form: HTMLFormElement) {
    if (!changed.current) return;
    changed.current = false;
    save(draftOf(form));
  }

  const field = ({ name, label, autoComplete, value, required }: Field) => {
    const problem = messages.find((one) => isAbout(one, name) && one.code !== 'MISSING');
    return (
      <label key={name} className={name}>
        {label}
        <input
          name={name}
          autoComplete={autoComplete}
          type={name === 'email' ? 'email' : 'text'}
          defaultValue={value ?? ''}
          required={required ?? false}
          aria-invalid={Boolean(problem)}
          aria-describedby={problem ? `${name}-problem` : undefined}
        />
        {problem && (
          <span id={`${name}-problem`} className="field-problem">
            {problem.content}
          </span>
        )}
      </label>
    );
  };

  return (
    <form
      id="details"
      className="fields"
      onChange={() => (changed.current = true)}
      onBlur={(event) => leave(event.currentTarget)}
      onSubmit={(event) => event.preventDefault()}
    >
      {field({ name: 'email', label: 'Email', autoComplete: 'email', value: customer?.email, required: true })}
      {field({ name: 'name', label: 'Full name', autoComplete: 'name', value: customer?.name, required: true })}
      {session.requiresShipping && (
        <>
          {field({
            name: 'address1',
            label: 'Street and number',
            autoComplete: 'address-line1',
            value: to?.address1,
            required: true,
          })}
          {field({ name: 'address2', label: 'Flat, floor (optional)', autoComplete: 'address-line2', value: to?.address2 })}
          {field({ name: 'city', label: 'City', autoComplete: 'address-level2', value: to?.city, required: true })}
          {field({ name: 'regionCode', label: 'State or region code', autoComplete: 'address-level1', value: to?.regionCode })}
          {field({ name: 'postalCode', label: 'Postal code', autoComplete: 'postal-code', value: to?.postalCode })}
          <label className="countryCode">
            Country
            <select name="countryCode" autoComplete="country" defaultValue={to?.countryCode ?? 'US'} key={countries.length}>
              {countries.map((code) => (
                <option key={code} value={code}>
                  {names.of(code)}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
      <label className="customerMessage">
        Message to the shop (optional)
        <textarea name="customerMessage" rows={2} maxLength={2000} defaultValue={session.customerMessage ?? ''} />
      </label>
    </form>
  );
}
