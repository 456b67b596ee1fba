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

type Field = { name: string; label: string; autoComplete: string; value: string | null | undefined; required?: boolean };

export function DetailsForm({ session, save }: { session: Session; save: (draft: CheckoutDraftInput) => void }) {
  // The same query as the list's first page: where the shop ships to comes with it, from the cache.
  const [{ data }] = useQuery({ query: ProductListDocument, variables: { query: '', sortBy: 'RELEVANCE', first: 24 } });
  const countries = data?.organization?.shipsToCountries ?? [];
  const sent = useRef('');
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const { customer, shippingAddress: to, messages } = session;

  function leave(form: HTMLFormElement) {
    const draft = draftOf(form);
    const now = JSON.stringify(draft);
    if (now === sent.current) return;
    sent.current = now;
    save(draft);
  }

  const field = ({ name, label, autoComplete, value, required }: Field) => {
    // `field` of a message is the place in the session: its last part is the name of the input.
    const problem = messages.find((one) => one.field?.endsWith(`.${name}`) && one.code !== 'MISSING');
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
