// Whether the schema takes nothing away from a client that was written for the released one.
//
// An element goes once it was deprecated in a release and the date that its reason names has come: docs/schema.md. The rule
// `require-deprecation-date` of the linter wants an argument that GraphQL's own @deprecated does not have, so the date is
// looked for in the reason here.

import { ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import { getNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

const REMOVALS = [
  ChangeType.FieldRemoved,
  ChangeType.FieldArgumentRemoved,
  ChangeType.InputFieldRemoved,
  ChangeType.EnumValueRemoved,
];

/** What breaks a client of the released schema, and, apart, what it should hear of; each a line. */
export async function growth(released, present, today) {
  const changes = await diff(released, present);
  const allowed = ({ type, path, criticality }) =>
    criticality.level !== CriticalityLevel.Breaking ||
    (REMOVALS.includes(type) && isDue(element(released, path), today)) ||
    (type === ChangeType.TypeRemoved && isUnusedSoon(usesOf(released, path), today));
  return {
    broken: changes.filter((change) => !allowed(change)).map(({ message, path }) => `${path}: ${message} (breaking)`),
    grown: changes.filter(allowed).length,
  };
}

/** Deprecations that do not say when they end, each a line. */
export function undated(schema) {
  const late = elements(schema).filter(({ of }) => of.deprecationReason != null && !dateIn(of.deprecationReason));
  return late.map(({ path }) => `${path}: the reason of its deprecation names no date such as 2027-06-30`);
}

/** The date in a sentence, or nothing where there is none or the calendar has none such. */
function dateIn(text) {
  const [date] = text.match(/\b\d{4}-\d{2}-\d{2}\b/) ?? [];
  const time = date && Date.parse(`${date}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(date) ? date : undefined;
}

const isDue = (of, today) => {
  const date = of?.deprecationReason && dateIn(of.deprecationReason);
  return Boolean(date) && date <= today;
};

/** Nobody leads to a type that only an interface or union names, so such a one is not known to be unused. */
const isUnusedSoon = (uses, today) => uses.length > 0 && uses.every((use) => isDue(use, today));

const element = (schema, path) => elements(schema).find((one) => one.path === path)?.of;

/** The fields and arguments by which a client comes to a type. */
const usesOf = (schema, name) =>
  elements(schema)
    .filter(({ path, of }) => of.type && getNamedType(of.type).name === name && !path.startsWith(`${name}.`))
    .map(({ of }) => of);

/** All that can be deprecated, each with its path as the differ writes it. */
function elements(schema) {
  const all = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isEnumType(type)) all.push(...type.getValues().map((of) => ({ path: `${type.name}.${of.name}`, of })));
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const of of Object.values(type.getFields())) {
      const path = `${type.name}.${of.name}`;
      all.push({ path, of }, ...(of.args ?? []).map((arg) => ({ path: `${path}.${arg.name}`, of: arg })));
    }
  }
  return all;
}
