// Types and typed documents from the server's schema and the sample operations: npm run generate.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: ['../operations.graphql'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // What each scalar is in JSON. A decimal is text on purpose: a number would lose digits.
        scalars: { DateTime: 'string', Decimal: 'string', MinorUnits: 'number', URL: 'string', ID: 'string' },
        strictScalars: true,
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
