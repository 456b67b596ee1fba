// The journey's operations as Relay wants them: named after this file, compiled before they run (relay.config.json).

import { graphql } from 'relay-runtime';

graphql`
  fragment Shop_money on Money {
    amount
    amountMinor
    currency
  }
`;

graphql`
  fragment Shop_session on CheckoutSession {
    id
    state
    revision
    totals {
      grandTotal {
        ...Shop_money @relay(mask: false)
      }
    }
    applicableShippingRates {
      selected
      grandTotal {
        ...Shop_money @relay(mask: false)
      }
      rate {
        id
        name
      }
    }
    discountCodes {
      code
      applicable
    }
    order {
      id
      number
    }
  }
`;

graphql`
  fragment Shop_result on CheckoutSessionPayload {
    checkoutSession {
      ...Shop_session @relay(mask: false)
    }
    userErrors {
      code
      message
      field
    }
  }
`;

graphql`
  query ShopProductListQuery($first: Int!, $after: String) {
    products(first: $first, after: $after) @connection(key: "Shop_products") {
      edges {
        node {
          id
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

graphql`
  query ShopCheckoutQuery($token: String!) {
    checkoutSession(token: $token) {
      ...Shop_session @relay(mask: false)
    }
  }
`;

graphql`
  query ShopCartBadgeQuery($token: String!) {
    checkoutSession(token: $token) {
      id
      totalQuantity
      totals {
        grandTotal {
          amount
          currency
        }
      }
    }
  }
`;

graphql`
  mutation ShopCheckoutCreateMutation($draft: CheckoutDraftInput!) {
    checkoutSessionCreate(draft: $draft) {
      token
      ...Shop_result @relay(mask: false)
    }
  }
`;

graphql`
  mutation ShopCheckoutRepriceMutation($token: String!, $draft: CheckoutDraftInput!) {
    checkoutSessionReprice(token: $token, draft: $draft) {
      ...Shop_result @relay(mask: false)
    }
  }
`;

graphql`
  mutation ShopCheckoutBindMutation($token: String!, $draft: CheckoutDraftInput, $expectedTotal: MoneyInput) {
    checkoutSessionBind(token: $token, draft: $draft, expectedTotal: $expectedTotal) {
      ...Shop_result @relay(mask: false)
    }
  }
`;

graphql`
  mutation ShopCheckoutPaymentSessionMutation($token: String!) {
    checkoutSessionPaymentSession(token: $token) {
      ...Shop_result @relay(mask: false)
      paymentSession {
        clientSecret
        publishableKey
        amount {
          ...Shop_money @relay(mask: false)
        }
      }
    }
  }
`;

graphql`
  query ShopOrderPageQuery($token: String!) {
    order(token: $token) {
      id
      number
      totals {
        grandTotal {
          ...Shop_money @relay(mask: false)
        }
      }
    }
  }
`;

graphql`
  subscription ShopCheckoutLiveSubscription($token: String!) {
    checkoutSessionUpdated(token: $token) {
      ...Shop_session @relay(mask: false)
    }
  }
`;
