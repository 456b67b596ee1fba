// The steps of a purchase. A step makes its variables out of what is known so far, and takes from its answer what the
// next ones need.

const MONEY = 'amount currency';
const ERRORS = 'userErrors { code message field }';

const RATES = `applicableShippingRates {
        selected grandTotal { ${MONEY} }
        rate { id name price { ${MONEY} } }
      }`;

const takeSession = (payload) => {
  const session = payload?.checkoutSession;
  const rates = session?.applicableShippingRates ?? [];
  const quote = rates.find(({ selected }) => selected) ?? rates[0];
  return {
    ...(quote && { rateId: quote.rate.id, expectedTotal: quote.grandTotal }),
    ...(payload?.token && { token: payload.token }),
  };
};

/** Title, what it is about, document, variables of what is known, and what is learned. */
export const STEPS = [
  {
    title: 'Products',
    about: 'What can be bought. Only references go back to the server later, never a price.',
    document: `query Products($query: String) {
  products(query: $query, first: 5) {
    nodes {
      title
      variants(first: 3) {
        nodes { sku title availableForSale price { ${MONEY} } }
      }
    }
  }
}`,
    variables: () => ({ query: 'mug' }),
    take: ({ products }) => {
      const variant = products?.nodes.flatMap((node) => node.variants.nodes).find(({ availableForSale }) => availableForSale);
      return variant?.sku ? { sku: variant.sku } : {};
    },
  },
  {
    title: 'Create',
    about: 'A session from catalogue references and quantities. Its token is returned here and nowhere else.',
    document: `mutation Create($draft: CheckoutDraftInput!) {
  checkoutSessionCreate(draft: $draft) {
    token
    checkoutSession { state revision totals { subtotal { ${MONEY} } grandTotal { ${MONEY} } } }
    ${ERRORS}
  }
}`,
    variables: ({ sku = 'MUG-SET' }) => ({ draft: { lines: [{ sku, quantity: 1 }] } }),
    take: (data) => takeSession(data.checkoutSessionCreate),
  },
  {
    title: 'Reprice',
    about: 'Who buys, and where it goes. Every rate says the grand total that it would lead to.',
    document: `mutation Reprice($token: String!, $draft: CheckoutDraftInput!) {
  checkoutSessionReprice(token: $token, draft: $draft) {
    checkoutSession {
      state revision
      ${RATES}
      totals { subtotal { ${MONEY} } tax { ${MONEY} } grandTotal { ${MONEY} } }
      messages { type code content field }
    }
    ${ERRORS}
  }
}`,
    variables: ({ token = '' }) => ({
      token,
      draft: {
        customer: { name: 'Dana Reyes', email: 'dana@example.com' },
        shippingAddress: { address1: '1 Main St', city: 'Austin', regionCode: 'TX', postalCode: '73301', countryCode: 'US' },
      },
    }),
    take: (data) => takeSession(data.checkoutSessionReprice),
  },
  {
    title: 'Rates',
    about: 'Choose a rate by its id. Shipping and tax are in the total from here on.',
    document: `mutation ChooseRate($token: String!, $draft: CheckoutDraftInput!) {
  checkoutSessionReprice(token: $token, draft: $draft) {
    checkoutSession {
      state revision
      ${RATES}
      totals { shipping { ${MONEY} } tax { ${MONEY} } grandTotal { ${MONEY} } }
    }
    ${ERRORS}
  }
}`,
    variables: ({ token = '', rateId = '' }) => ({ token, draft: { shippingRateId: rateId } }),
    take: (data) => takeSession(data.checkoutSessionReprice),
  },
  {
    title: 'Bind',
    about: 'Fix the total and hold the goods. Were the total another one than expected, nothing would be bound.',
    document: `mutation Bind($token: String!, $draft: CheckoutDraftInput!, $expectedTotal: MoneyInput!) {
  checkoutSessionBind(token: $token, draft: $draft, expectedTotal: $expectedTotal) {
    checkoutSession { state binding { total { ${MONEY} } validUntil } }
    ${ERRORS}
  }
}`,
    variables: ({ token = '', rateId = '', expectedTotal = { amount: '0.00', currency: 'USD' } }) => (
      { token, draft: { shippingRateId: rateId }, expectedTotal }),
    take: () => ({}),
  },
  {
    title: 'Payment session',
    about: 'What the provider\'s element in a browser needs. The client secret is for this buyer only.',
    document: `mutation PaymentSession($token: String!) {
  checkoutSessionPaymentSession(token: $token) {
    paymentSession {
      clientSecret publishableKey scriptUrl testMode clientAction
      amount { ${MONEY} }
    }
    ${ERRORS}
  }
}`,
    variables: ({ token = '' }) => ({ token }),
    take: ({ checkoutSessionPaymentSession: { paymentSession } }) => (paymentSession ? { payment: paymentSession } : {}),
  },
  {
    title: 'Pay at the twin',
    about: 'What the element does in a browser: the card goes to the provider, never to this server.',
    pays: true,
  },
  {
    title: 'Order',
    about: 'The order exists once the provider\'s webhook came; the browser\'s word is never enough.',
    document: `query Order($token: String!) {
  order(token: $token) {
    number status paymentStatus
    lines { title quantity total { ${MONEY} } }
    totals { grandTotal { ${MONEY} } }
  }
}`,
    variables: ({ token = '' }) => ({ token }),
    take: () => ({}),
  },
  {
    title: 'Your own',
    extra: true,
    about: 'Anything else. A subscription shows each result as it comes.',
    document: '{\n  organization { name currencies shipsToCountries }\n}',
    variables: () => ({}),
    take: () => ({}),
  },
];
