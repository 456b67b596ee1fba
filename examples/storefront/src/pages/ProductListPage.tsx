// All products, searched and sorted by the server.
import { useState } from 'react';
import { Link } from 'wouter';
import { useQuery } from 'urql';

import { ProductListDocument, type ProductSort } from '../gql/graphql';
import { money } from '../money';
import { Failed } from '../ui/Failed';
import { Picture } from '../ui/Picture';
import { useTitle } from '../ui/useTitle';

const SORTS: [ProductSort, string][] = [
  ['RELEVANCE', 'Newest'],
  ['PRICE_ASC', 'Price, low to high'],
  ['PRICE_DESC', 'Price, high to low'],
  ['TITLE', 'Name'],
];

export function ProductListPage() {
  useTitle('Everything we sell');
  const [query, setQuery] = useState('');
  const [sortBy, setSortBy] = useState<ProductSort>('RELEVANCE');
  const [{ data, error, fetching }, ask] = useQuery({ query: ProductListDocument, variables: { query, sortBy, first: 24 } });
  const products = data?.products.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <h1>Everything we sell</h1>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          Search
          <input type="search" value={query} onChange={(event) => setQuery(event.target.value)} />
        </label>
        <label>
          Order
          <select value={sortBy} onChange={(event) => setSortBy(event.target.value as ProductSort)}>
            {SORTS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </form>
      {error && <Failed error={error} again={() => ask({ requestPolicy: 'network-only' })} />}
      <p className="muted" aria-live="polite">
        {fetching ? 'Looking…' : `${data?.products.totalCount ?? 0} products`}
      </p>
      <ul className="grid">
        {products.map((product) => (
          <li key={product.id} className="card">
            <Link href={`/products/${product.slug}`}>
              <Picture slug={product.slug} category={product.category} />
              <span className="card-title">{product.title}</span>
              <span className="row">
                <span className="price">
                  {product.priceRange.min.amountMinor === product.priceRange.max.amountMinor ? '' : 'from '}
                  {money(product.priceRange.min)}
                </span>
                {!product.availableForSale && <span className="badge">Sold out</span>}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
