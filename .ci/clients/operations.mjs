// examples/operations.graphql, each operation with the fragments it needs, and the checks that it must pass.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { buildSchema, Kind, parse, print, separateOperations, validate } from 'graphql';

import { check } from './check.mjs';

export const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const DEPTH_MAX = 15; // the server's limit
export const schema = buildSchema(read('schema.graphql'));
const whole = parse(read('examples/operations.graphql'));

/** By name: a document with one operation. */
export const operations = separateOperations(whole);
export const text = (name) => print(operations[name]);

/** How deep an operation asks, fragments looked through. */
function depth(document) {
  const ofKind = (wanted) => document.definitions.filter(({ kind }) => kind === wanted);
  const fragments = new Map(ofKind(Kind.FRAGMENT_DEFINITION).map((one) => [one.name.value, one]));
  const below = (set) => (set ? Math.max(...set.selections.map(of)) : 0);
  const of = (node) => {
    if (node.kind === Kind.FIELD) return 1 + below(node.selectionSet);
    return below((node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node).selectionSet);
  };
  return Math.max(...ofKind(Kind.OPERATION_DEFINITION).map(({ selectionSet }) => below(selectionSet)));
}

/** Every mutation and every query field of the schema, so that the samples grow with it. */
function fieldsUsed() {
  const used = new Set();
  for (const { kind, selectionSet } of whole.definitions) {
    if (kind === Kind.OPERATION_DEFINITION) for (const { name } of selectionSet.selections) used.add(name.value);
  }
  return used;
}

export async function samplesAreValid(base) {
  await check('the sample operations are valid', () => assert.deepEqual(validate(schema, whole), []));
  await check(`none is deeper than ${DEPTH_MAX}`, () => {
    for (const [name, document] of Object.entries(operations)) assert.ok(depth(document) <= DEPTH_MAX, name);
  });
  await check('every mutation and subscription has a sample', () => {
    const roots = [schema.getMutationType(), schema.getSubscriptionType()].filter(Boolean);
    const used = fieldsUsed();
    const missing = roots.flatMap((type) => Object.keys(type.getFields())).filter((field) => !used.has(field));
    assert.deepEqual(missing, []);
  });
  await check('the server has this schema', async () => {
    const answer = await fetch(`${base}/schema.graphql`);
    assert.equal(await answer.text(), read('schema.graphql'));
  });
}
