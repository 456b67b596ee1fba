// What a linter says of the schema and of the operations that are shown to clients.
//
// The rules are those that @graphql-eslint recommends, with what is said beside each that is not.

import { basename, dirname } from 'node:path';
import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';

// Otherwise the plug-in keeps the first schema of the process for all that is linted after it.
process.env.NODE_ENV = 'test';

const recommended = (name) => plugin.configs[name].rules;

// Only what implements Node has an id of its own. What is named here is a value, a page of a list, or a list's part, and
// is read with what holds it; a new type that is neither is a finding.
const WITHOUT_ID = {
  suffixes: ['Payload', 'Connection', 'Edge', 'Error', 'Info'],
  types: [
    ...'AppliedDiscount AppliedGiftCertificate Attribute CheckoutBinding CheckoutCustomer'.split(' '),
    ...'CheckoutDiscountCode CheckoutMessage CheckoutSuggestion CheckoutTotals ConsignmentLine'.split(' '),
    ...'DeliveryEstimate Image LineTotalChange MailingAddress Money OrderConsignment OrderConsignmentLine'.split(' '),
    ...'PaymentFailure PaymentProvider PaymentSession PaymentVerdict PickupPoint PriceRange PricingStep'.split(' '),
    ...'ProductOption QuantityPriceBreak SelectedOption SetQuantitySuggestion ShippingRateQuote TaxLine'.split(' '),
  ],
};

const SCHEMA = {
  ...recommended('flat/schema-recommended'),
  ...recommended('flat/schema-relay'),
  '@graphql-eslint/strict-id-in-types': ['error', { acceptedIdNames: ['id'], acceptedIdTypes: ['ID'], exceptions: WITHOUT_ID }],
  // Plain lists are right for what is small by nature: a product's images, a cart's lines.
  '@graphql-eslint/relay-edge-types': [
    'error',
    { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
  ],
  '@graphql-eslint/require-description': [
    'error',
    { types: true, DirectiveDefinition: true, rootField: true, FieldDefinition: true, EnumValueDefinition: true, InputValueDefinition: false },
  ],
  '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
  '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
};

/** Findings in a file with a schema, each a line. */
export const lintSchema = (file) => lint(file, file, SCHEMA);

/** Findings in a file with operations on a schema, each a line. */
export const lintOperations = (file, schema) => lint(file, schema, recommended('flat/operations-recommended'));

async function lint(file, schema, rules) {
  const operations = file === schema ? {} : { documents: file };
  const eslint = new ESLint({
    cwd: dirname(file),
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.graphql'],
        plugins: { '@graphql-eslint': plugin },
        languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema, ...operations } } },
        rules,
      },
    ],
  });
  const [result] = await eslint.lintFiles([basename(file)]);
  const told = ({ line, message, ruleId }) => `${basename(file)}:${line}: ${message.split('\n')[0]} (${ruleId ?? 'parser'})`;
  return result.messages.map(told);
}
