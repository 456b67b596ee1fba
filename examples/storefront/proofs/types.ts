// What the generated types refuse. Each line below an `@ts-expect-error` must not compile: `npm run check` fails where one does.
import type { CheckoutDraftInput, MoneyInput, ProductByInput, ProductFilterInput } from '../src/gql/graphql';

export const whatThePageMaySay: CheckoutDraftInput = {
  lines: [{ sku: 'TSHIRT-BLACK-M', quantity: 2 }],
  shippingAddress: { countryCode: 'US', postalCode: '73301' },
};

// The client never states a price.
// @ts-expect-error: a line has no price
export const priced: CheckoutDraftInput = { lines: [{ sku: 'TSHIRT-BLACK-M', quantity: 2, unitPrice: '0.01' }] };

// @ts-expect-error: a draft has no total
export const totaled: CheckoutDraftInput = { totals: { grandTotal: '0.01' } };

// @ts-expect-error: there is no such country
export const nowhere: CheckoutDraftInput = { shippingAddress: { countryCode: 'XX' } };

// Decimals are text: a number could not hold every amount.
export const expected: MoneyInput = { amount: '126.76', currency: 'USD' };

// @ts-expect-error: an amount is not a number
export const floated: MoneyInput = { amount: 126.76, currency: 'USD' };

// @ts-expect-error: nor is a limit of a filter
export const filtered: ProductFilterInput = { maxPrice: 50 };

export const bySlug: ProductByInput = { slug: 'canvas-backpack' };

// @ts-expect-error: one member of a oneOf input, not two
export const byBoth: ProductByInput = { slug: 'canvas-backpack', id: 'prd_1' };

// @ts-expect-error: and not none
export const byNothing: ProductByInput = {};

// @ts-expect-error: a quantity is required
export const unquantified: CheckoutDraftInput = { lines: [{ sku: 'TSHIRT-BLACK-M' }] };
