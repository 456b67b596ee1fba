// Whether a gateway can compose the schema with another service's, one that hangs reviews on our products.

import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';
const REVIEWS = `${LINK}
  type Query { newestReviews: [Review!]! }
  type Review @key(fields: "id") { id: ID! text: String! product: Product! variant: ProductVariant seller: Organization! }
  type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
  type ProductVariant @key(fields: "id", resolvable: false) { id: ID! }
  type Organization @key(fields: "id", resolvable: false) { id: ID! }`;

/** Why it cannot, each a line; that nothing of either is lost is asked too. */
export function compose(sdl) {
  const services = [
    { name: 'checkstand', url: 'http://checkstand.test', typeDefs: parse(sdl) },
    { name: 'reviews', url: 'http://reviews.test', typeDefs: parse(REVIEWS) },
  ];
  const { errors, schema } = composeServices(services);
  if (errors) return errors.map(({ message }) => `composition: ${message.split('\n')[0]}`);
  const composed = schema.toAPISchema();
  const wanted = ['Query.products', 'Query.newestReviews', 'Mutation.checkoutSessionBind', 'Product.title', 'Product.reviews'];
  const isThere = (path) => {
    const [type, field] = path.split('.');
    return composed.type(type)?.field(field) !== undefined;
  };
  return wanted.filter((path) => !isThere(path)).map((path) => `composition: ${path} is lost`);
}
