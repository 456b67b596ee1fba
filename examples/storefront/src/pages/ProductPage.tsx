// One product: choose a variant, and put it in the cart.
import { useState } from 'react';
import { Link } from 'wouter';
import { useQuery } from 'urql';

import { useAddToCart } from '../checkout/addToCart';
import { ProductPageDocument } from '../gql/graphql';
import { money } from '../money';
import { Problems } from '../checkout/Problems';
import { Failed } from '../ui/Failed';
import { Notice } from '../ui/Notice';
import { Picture } from '../ui/Picture';
import { useTitle } from '../ui/useTitle';

export function ProductPage({ slug }: { slug: string }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: ProductPageDocument, variables: { by: { slug } } });
  useTitle(data?.product?.title ?? 'Product');
  const [chosen, setChosen] = useState<string>();
  const [quantity, setQuantity] = useState(1);
  const { add, problems, failed, adding, added } = useAddToCart();
  if (error) return <Failed error={error} again={() => ask({ requestPolicy: 'network-only' })} />;
  if (fetching) return <p>Loading…</p>;
  const product = data?.product;
  if (!product) return <h1>There is no such product</h1>;
  const variants = product.variants.nodes;
  const variant = variants.find(({ id }) => id === chosen) ?? variants.find((one) => one.availableForSale) ?? variants[0];
  if (!variant) return <h1>{product.title}</h1>;
  return (
    <article className="product">
      <Picture slug={product.slug} category={product.category} />
      <div>
        <p className="muted">{product.vendor}</p>
        <h1>{product.title}</h1>
        <p className="price big">
          {money(variant.price)}{' '}
          {variant.compareAtPrice && (
            <s>
              <span className="hidden">before: </span>
              {money(variant.compareAtPrice)}
            </s>
          )}
        </p>
        <p>{product.description}</p>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void add(variant.id, quantity);
          }}
        >
          {variants.length > 1 && (
            <label>
              {product.options.map(({ name }) => name).join(' and ')}
              <select value={variant.id} onChange={(event) => setChosen(event.target.value)}>
                {variants.map((one) => (
                  <option key={one.id} value={one.id} disabled={!one.availableForSale}>
                    {one.title}
                    {one.availableForSale ? '' : ' (sold out)'}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            Quantity
            <input
              type="number"
              min={1}
              max={9999}
              value={quantity}
              onChange={(event) => setQuantity(event.target.valueAsNumber || 1)}
            />
          </label>
          {variant.quantityPriceBreaks.map((step) => (
            <p key={step.minimumQuantity} className="muted">
              From {step.minimumQuantity}: {money(step.price)} each
            </p>
          ))}
          <button disabled={!variant.availableForSale || adding}>
            {variant.availableForSale ? 'Add to cart' : 'Sold out'}
          </button>
        </form>
        <Problems problems={problems} failed={failed} />
        {added && (
          <Notice tone="good">
            In your cart. <Link href="/cart">To the cart</Link>
          </Notice>
        )}
      </div>
    </article>
  );
}
