// That each check bites: whoever loosens one sees a test fail.
//
//     node --test check.test.mjs

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildSchema } from 'graphql';
import { compose } from './compose.mjs';
import { growth, undated } from './growth.mjs';
import { lintOperations, lintSchema } from './lint.mjs';

const folder = mkdtempSync(join(tmpdir(), 'checkstand-schema-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function written(text) {
  const file = join(folder, `${(files += 1)}.graphql`);
  writeFileSync(file, text);
  return file;
}

/** Descriptions are written as the schema has them, in blocks. */
const blocks = (text) => (text.includes('"""') ? text : text.replaceAll(/"([^"]+)"/g, '"""$1"""'));

const SOUND = blocks(`
  "What has an id."
  interface Node { "Its id." id: ID! }
  "A thing."
  type Thing implements Node { "Its id." id: ID! "Its name." name: String! "Its state." state: State! "Its images." images: [Image!]! }
  "An image."
  type Image { "Where it is." url: String! }
  "What may be."
  enum State { "It is on." ON }
  "Which thing."
  input ThingByInput @oneOf { "By id." id: ID "By name." name: String }
  "Reads."
  type Query { "A thing." thing(by: ThingByInput!): Thing "Things." things(first: Int, after: String, last: Int, before: String): ThingConnection! }
  "A page."
  type ThingConnection { "Edges." edges: [ThingEdge!]! "Where it stands." pageInfo: PageInfo! }
  "A thing on a page."
  type ThingEdge { "The thing." node: Thing! "Where it stands." cursor: String! }
  "Where a page stands."
  type PageInfo { "More." hasNextPage: Boolean! "Less." hasPreviousPage: Boolean! "First." startCursor: String "Last." endCursor: String }
  "Changes."
  type Mutation { "Renames." thingRename(name: String!): ThingPayload! }
  "What came of it."
  type ThingPayload { "The thing." thing: Thing }
`);

function changed(from, to, text = SOUND) {
  assert.ok(text.includes(blocks(from)), from);
  return text.replace(blocks(from), blocks(to));
}

test('a sound schema has no finding', async () => {
  assert.deepEqual(await lintSchema(written(SOUND)), []);
});

const FAULTS = [
  ['a type without a description', '"A thing."\n', '\n', 'require-description'],
  ['a field without a description', '"Its name." name', 'name', 'require-description'],
  ['a value without a description', '"It is on." ON', 'ON', 'require-description'],
  ['a root field without a description', '"A thing." thing(', 'thing(', 'require-description'],
  ['a field in another spelling', 'name: String! "Its state."', 'full_name: String! "Its state."', 'naming-convention'],
  ['a value in another spelling', 'ON }', 'on }', 'naming-convention'],
  ['a field that repeats the name of its type', 'name: String! "Its state."', 'thingName: String! "Its state."', 'no-typename-prefix'],
  ['a type that nothing leads to', '"An image."', '"Alone." enum Alone { "One." ONE }\n"An image."', 'no-unreachable-types'],
  ['a type without an id that is no known value', '[Image!]!', '[Picture!]!', 'strict-id-in-types', ['type Image', 'type Picture']],
  ['a type that does not exist', 'state: State!', 'state: Stat!', 'parser'],
  ['a page without where it stands', '"Where it stands." pageInfo: PageInfo! ', '', 'relay-connection-types'],
  ['an edge without a cursor', '"Where it stands." cursor: String! ', '', 'relay-edge-types'],
  ['a page that cannot be turned', ', last: Int, before: String', '', 'relay-arguments'],
  ['where a page stands without more', '"More." hasNextPage: Boolean! ', '', 'relay-page-info'],
  ['a choice that is required', 'id: ID "By name."', 'id: ID! "By name."', 'require-nullable-fields-with-oneof'],
  ['a mutation that answers a scalar', '(name: String!): ThingPayload!', '(name: String!): Boolean!', 'no-scalar-result-type-on-mutation'],
  ['a deprecation without a reason', 'state: State!', 'state: State! @deprecated', 'require-deprecation-reason'],
  ['a comment where a description belongs', '"An image."', '# An image.', 'no-hashtag-description'],
];
for (const [what, from, to, rule, also] of FAULTS) {
  test(`the linter finds ${what}`, async () => {
    const text = also ? changed(...also, changed(from, to)) : changed(from, to);
    const found = await lintSchema(written(text));
    assert.ok(found.some((line) => line.endsWith(`${rule})`)), `${rule}:\n${found.join('\n')}`);
  });
}

const OPERATIONS = [
  ['an operation without a name', 'query { things { edges { node { id } } } }', 'no-anonymous-operations'],
  ['a field that is not there', 'query Things { things { edges { node { id colour } } } }', 'fields-on-correct-type'],
  ['an object without its id', 'query Things { things { edges { node { name } } } }', 'require-selections'],
  ['what is deprecated', 'query Things { things { edges { node { id state } } } }', 'no-deprecated'],
];
for (const [what, operation, rule] of OPERATIONS) {
  test(`the linter finds ${what}`, async () => {
    const schema = written(changed('state: State!', 'state: State! @deprecated(reason: "Removed from 2099-01-01 on.")'));
    const found = await lintOperations(written(operation), schema);
    assert.ok(found.some((line) => line.endsWith(`${rule})`)), `${rule}:\n${found.join('\n')}`);
  });
}

test('a sound operation has no finding', async () => {
  const sound = 'query Things { things { edges { node { id name } } } }';
  assert.deepEqual(await lintOperations(written(sound), written(SOUND)), []);
});

const TODAY = '2026-06-30';
const broken = async (from, to, released = SOUND, text = released) =>
  (await growth(buildSchema(released), buildSchema(changed(from, to, text)), TODAY)).broken;

const BREAKS = [
  ['a field that is gone', '"Its name." name: String!', '', 'Thing.name'],
  ['a value that is gone', '"It is on." ON', '"It is off." OFF', 'State.ON'],
  ['an argument that is gone', 'after: String, ', '', 'Query.things.after'],
  ['an input field that is gone', ' "By name." name: String', '', 'ThingByInput.name'],
  ['a field of another type', 'name: String! "Its state."', 'name: Int! "Its state."', 'Thing.name'],
  ['an answer that may be missing now', 'name: String! "Its state."', 'name: String "Its state."', 'Thing.name'],
  ['an argument that is required now', 'first: Int,', 'first: Int!,', 'Query.things.first'],
  ['a new argument that is required', 'first: Int,', 'first: Int, size: Int!,', 'Query.things.size'],
  ['an interface that is left', 'Thing implements Node', 'Thing', 'Thing'],
];
for (const [what, from, to, path] of BREAKS) {
  test(`the comparison finds ${what}`, async () => {
    const found = await broken(from, to);
    assert.ok(found.some((line) => line.startsWith(`${path}: `)), found.join('\n'));
  });
}

const ADDITIONS = [
  ['a field', '"Its name."', '"Its colour." colour: String "Its name."'],
  ['a value', '"It is on." ON', '"It is on." ON "It is off." OFF'],
  ['an optional argument', 'first: Int,', 'first: Int, size: Int,'],
  ['an answer that is never missing', 'thing: Thing }', 'thing: Thing! }'],
];
for (const [what, from, to] of ADDITIONS) {
  test(`the comparison lets pass what only adds ${what}`, async () => {
    assert.deepEqual(await broken(from, to), []);
  });
}

/** The sound schema with a state that was deprecated in a release. */
const deprecated = (reason) => changed('state: State!', `state: State! @deprecated(reason: "${reason}")`);
const withoutState = async (released) =>
  broken('"Its state." state: State!', '', released, changed(/ @deprecated\(.*?\)/.exec(released)[0], '', released));

test('what is deprecated goes when its day has come, and not the day before', async () => {
  assert.deepEqual(await withoutState(deprecated('Removed from 2026-06-30 on.')), []);
  assert.equal((await withoutState(deprecated('Removed from 2026-07-01 on.'))).length, 1);
  assert.equal((await withoutState(deprecated('Never used.'))).length, 1);
});

test('a type goes with the last field that leads to it', async () => {
  const gone = (text) => changed('"What may be."\n  enum State { "It is on." ON }', '', text);
  const removed = async (released) => {
    const text = gone(changed(/"""Its state.*?(?="""Its images)/.exec(released)[0], '', released));
    return (await growth(buildSchema(released), buildSchema(text), TODAY)).broken;
  };
  assert.deepEqual(await removed(deprecated('Removed from 2026-06-30 on.')), []);
  assert.equal((await removed(deprecated('Removed from 2026-07-01 on.'))).length, 2);
});

test('a deprecation says when it ends', () => {
  const told = (reason) => undated(buildSchema(deprecated(reason))).length;
  assert.equal(told('Removed from 2027-06-30 on. Use name.'), 0);
  for (const reason of ['Use name.', 'Removed in summer.', 'Removed from 2027-02-30 on.', 'Removed from 30/06/2027 on.']) {
    assert.equal(told(reason), 1, reason);
  }
});

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n';
const KEYS = ['Organization', 'Product', 'ProductVariant'].map((name) => `extend type ${name} @key(fields: "id")\n`);
const plain = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

test('the schema with its keys composes with another service, and without them it does not', () => {
  assert.deepEqual(compose(plain + LINK + KEYS.join('')), []);
  for (const key of KEYS) {
    assert.notDeepEqual(compose(plain + LINK + KEYS.filter((one) => one !== key).join('')), [], key);
  }
  assert.notDeepEqual(compose(plain), []);
});
