// The GraphQL documents of the shop. What a page shows is asked for here and computed by the server.

const MONEY = 'amount currency';

const TOTALS = `
  discounts { title code target amount { ${MONEY} } }
  taxes { title rate included amount { ${MONEY} } }
  giftCertificates { maskedCode amountApplied { ${MONEY} } }
  totals {
    subtotal { ${MONEY} } shippingBeforeDiscount { ${MONEY} } handling { ${MONEY} } taxRelief { ${MONEY} }
    rounding { ${MONEY} } grandTotal { ${MONEY} } amountDue { ${MONEY} }
  }`;

const SESSION = `
  id state revision currency allowedActions requiresShipping totalQuantity taxStatus
  customer { name email }
  shippingAddress { address1 address2 city regionCode postalCode countryCode }
  lines {
    id title sku quantity
    unitPrice { ${MONEY} } discount { ${MONEY} } total { ${MONEY} } subtotal { ${MONEY} }
    variant { id title product { slug } }
  }
  applicableShippingRates {
    selected price { ${MONEY} } priceBeforeDiscount { ${MONEY} } grandTotal { ${MONEY} }
    rate { id name description deliveryEstimate { minDays maxDays } }
  }
  shippingRateRequired
  discountCodes { code applicable rejection amount { ${MONEY} } }
  ${TOTALS}
  messages {
    type code content field discountCode line { id }
    suggestion { selectShippingRate { id name } setQuantity { line { id } quantity } removeDiscountCode }
  }
  binding { total { ${MONEY} } validUntil }
  paymentAttempt { id status updatedAt failure { message } }
  order { number }`;

const ERRORS = `userErrors {
    code message field
    ... on InsufficientStockError { quantityAvailable }
    ... on TotalChangedError {
      expected { ${MONEY} } actual { ${MONEY} }
      lines { reason before { ${MONEY} } after { ${MONEY} } line { title } }
    }
  }`;

/** A mutation of the session: they all answer the session as it now is, and why nothing was done. */
const mutation = (name, variables, given, more = '') => `mutation(${variables}) {
  result: ${name}(${given}) { ${more} checkoutSession { ${SESSION} } ${ERRORS} }
}`;

export const CREATE = mutation('checkoutSessionCreate',
  '$draft: CheckoutDraftInput!, $currency: CurrencyCode', 'draft: $draft, currency: $currency', 'token');
export const ADD = mutation('checkoutSessionLinesAdd',
  '$token: String!, $lines: [CheckoutLineInput!]!', 'token: $token, lines: $lines');
export const UPDATE = mutation('checkoutSessionLinesUpdate',
  '$token: String!, $lines: [CheckoutLineUpdateInput!]!, $revision: Int',
  'token: $token, lines: $lines, expectedRevision: $revision');
export const REPRICE = mutation('checkoutSessionReprice',
  '$token: String!, $draft: CheckoutDraftInput!, $revision: Int',
  'token: $token, draft: $draft, expectedRevision: $revision');
export const BIND = mutation('checkoutSessionBind',
  '$token: String!, $draft: CheckoutDraftInput!, $expectedTotal: MoneyInput!, $expectedAmountDue: MoneyInput!',
  'token: $token, draft: $draft, expectedTotal: $expectedTotal, expectedAmountDue: $expectedAmountDue');
export const PAYMENT = mutation('checkoutSessionPaymentSession', '$token: String!', 'token: $token',
  `paymentSession { clientSecret publishableKey scriptUrl clientAction amount { ${MONEY} } }`);
export const COMPLETE = mutation('checkoutSessionComplete', '$token: String!', 'token: $token');
export const CANCEL = mutation('checkoutSessionCancel', '$token: String!', 'token: $token');

export const READ = `query($token: String!) { checkoutSession(token: $token) { ${SESSION} } }`;
export const WATCH = `subscription($token: String!) { checkoutSessionUpdated(token: $token) { ${SESSION} } }`;

const VARIANTS = `variants(first: 20) { nodes {
  id sku title availableForSale quantityAvailable selectedOptions { name value }
  prices { ${MONEY} } price { ${MONEY} } compareAtPrice { ${MONEY} }
} }`;

export const PRODUCTS = `query($query: String) {
  products(first: 50, query: $query, sortBy: TITLE) { nodes { slug title category availableForSale ${VARIANTS} } }
}`;
export const PRODUCT = `query($slug: String!) {
  product(by: { slug: $slug }) {
    slug title description vendor category availableForSale options { name values } ${VARIANTS}
  }
}`;
export const COUNTRIES = 'query { organization { shipsToCountries } }';

export const ORDER = `query($token: String!) {
  order(token: $token) {
    number status paymentStatus placedAt shippingRateName
    customer { name email } shippingAddress { formatted }
    lines { id title quantity unitPrice { ${MONEY} } total { ${MONEY} } variant { title product { slug } } }
    ${TOTALS}
    verdicts { outcome reason refundStatus amount { ${MONEY} } }
    explanation { kind label amount { ${MONEY} } }
  }
}`;
