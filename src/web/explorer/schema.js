// The schema, asked from the server, and ways to look things up in it.

import { send } from '/web/shared/graphql.js';

const QUERY = `query Introspection {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields { name description type { ...T } args { name description defaultValue type { ...T } } }
      inputFields { name description defaultValue type { ...T } }
      enumValues { name description }
      possibleTypes { name } interfaces { name }
    }
  }
}
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

/** The schema, or why there is none: the server may keep it to itself. */
export async function loadSchema(headers) {
  const { data, errors } = await send(QUERY, {}, headers);
  if (!data?.__schema) {
    return { why: errors?.[0]?.message ?? 'The server gave no answer.' };
  }
  const { types, queryType, mutationType, subscriptionType } = data.__schema;
  return {
    types: new Map(types.map((type) => [type.name, type])),
    roots: { query: queryType?.name, mutation: mutationType?.name, subscription: subscriptionType?.name },
  };
}

/** The name at the heart of a type such as `[Money!]!`. */
export const nameOf = (type) => (type?.ofType ? nameOf(type.ofType) : type?.name);

/** A type as it is written. */
export function written(type) {
  if (type.kind === 'NON_NULL') return `${written(type.ofType)}!`;
  return type.kind === 'LIST' ? `[${written(type.ofType)}]` : type.name;
}

/** What may be selected on a type. */
export const fieldsOf = (schema, name) => schema.types.get(name)?.fields ?? [];

/** What an input object takes. */
export const inputsOf = (schema, name) => schema.types.get(name)?.inputFields ?? [];

const inside = (type) => (type?.kind === 'NON_NULL' ? inside(type.ofType) : type);

/** The type of the members of a list; of one that is none, itself. */
export const memberOf = (type) => {
  const bare = inside(type);
  return bare?.kind === 'LIST' ? bare.ofType : type;
};
