// Completion: where in a document the cursor is, and what the schema has to offer there.

import { fieldsOf, inputsOf, memberOf, nameOf, written } from './schema.js';
import { tokenize } from './tokens.js';

const ROOTS = ['query', 'mutation', 'subscription'];
const WORD = ['name', 'word', 'variable'];

/** Offers for the cursor: the prefix that is typed already, and what may stand there. */
export function complete(text, at, schema) {
  const tokens = tokenize(text.slice(0, at));
  const last = tokens.at(-1);
  if (last && ['comment', 'string'].includes(last.kind) && last.to === at) return { prefix: '', items: [] };
  const typed = last && last.to === at && WORD.includes(last.kind) ? tokens.pop() : null;
  const prefix = typed?.text ?? '';
  const place = walk(tokens, schema);
  const variables = [...new Set(tokenize(text).filter(({ kind }) => kind === 'variable').map((token) => token.text))];
  const wanted = prefix.toLowerCase();
  const rank = ({ label }) => (label.toLowerCase().startsWith(wanted) ? 0 : 1);
  const items = offers(place, schema, variables)
    .filter(({ label }) => label !== prefix && label.toLowerCase().includes(wanted))
    .sort((one, other) => rank(one) - rank(other));
  return { prefix, items };
}

/** Follows the document up to the cursor. The top of the stack is what the cursor is in. */
function walk(tokens, schema) {
  const stack = [{ kind: 'document' }];
  for (const token of tokens) STEPS[stack.at(-1).kind](stack.at(-1), token, stack, schema);
  return stack.at(-1);
}

const STEPS = {
  document(top, { text, kind }, stack, schema) {
    if (ROOTS.includes(text)) Object.assign(top, { begun: true, opens: schema.roots[text] });
    else if (text === '(') stack.push({ kind: 'definitions' });
    else if (text === '{') {
      stack.push({ kind: 'selection', type: top.opens ?? schema.roots.query });
      Object.assign(top, { opens: null, begun: false });
    } else if (text === 'fragment') top.begun = true;
    else if (text === 'on') top.on = true;
    else if (top.on && kind === 'name') Object.assign(top, { opens: text, on: false });
  },
  definitions(top, { text, kind }, stack) {
    if (text === ')') stack.pop();
    else if (text === ':') top.typed = true;
    else if (kind === 'name' || kind === 'variable') top.typed = false;
  },
  selection(top, { text, kind }, stack, schema) {
    if (text === '{') stack.push({ kind: 'selection', type: top.opens });
    else if (text === '}') stack.pop();
    else if (text === '(') stack.push({ kind: 'inputs', inputs: top.field?.args ?? [], given: [] });
    else if (text === '...') Object.assign(top, { spread: true, on: false });
    else if (text === 'on' && top.spread) top.on = true;
    else if (top.on) Object.assign(top, { opens: text, on: false, spread: false });
    else if (top.spread) top.spread = false;
    else if (kind === 'name' || kind === 'word') {
      top.field = fieldsOf(schema, top.type).find(({ name }) => name === text);
      top.opens = nameOf(top.field?.type);
    }
  },
  inputs(top, { text, kind }, stack, schema) {
    if (text === ')' || text === '}' || text === ']') {
      stack.pop();
      if (stack.at(-1).kind === 'inputs' && !stack.at(-1).list) stack.at(-1).wants = null;
    } else if (text === ':') top.wants = top.input?.type ?? null;
    else if (text === '{') stack.push({ kind: 'inputs', inputs: inputsOf(schema, nameOf(top.wants)), given: [] });
    else if (text === '[') stack.push({ kind: 'inputs', inputs: [], given: [], wants: memberOf(top.wants), list: true });
    else if (top.wants && !top.list) top.wants = null;
    else if (kind === 'name' || kind === 'word') {
      top.input = top.inputs.find(({ name }) => name === text);
      top.given.push(text);
    }
  },
};

const offer = (label, detail, description, insert = label) => ({ label, detail, description, insert });
const asField = ({ name, type, description }) => offer(name, written(type), description);
const asInput = ({ name, type, description }) => offer(name, written(type), description, `${name}: `);

function offers(place, schema, variables) {
  switch (place.kind) {
    case 'selection': return inSelection(place, schema);
    case 'inputs':
      if (place.wants) return values(place.wants, schema, variables);
      return place.inputs.filter(({ name }) => !place.given.includes(name)).map(asInput);
    case 'definitions': return place.typed ? typesOf(schema, ['SCALAR', 'ENUM', 'INPUT_OBJECT']) : [];
    default:
      if (place.on) return typesOf(schema, ['OBJECT', 'INTERFACE', 'UNION']);
      return place.begun ? [] : [...ROOTS.filter((root) => schema.roots[root]), 'fragment'].map((word) => offer(word, 'keyword', ''));
  }
}

function inSelection({ type, spread, on }, schema) {
  if (on) {
    const known = schema.types.get(type);
    const own = [type, ...(known?.possibleTypes ?? []).map(({ name }) => name)];
    return own.map((name) => offer(name, 'type', schema.types.get(name)?.description ?? ''));
  }
  if (spread) return [offer('on', 'keyword', 'Fields of one of the possible types')];
  return [...fieldsOf(schema, type).map(asField), offer('__typename', 'String!', 'The name of the type')];
}

function values(wants, schema, variables) {
  const name = nameOf(wants);
  const { kind, enumValues } = schema.types.get(name) ?? {};
  const literal = name === 'Boolean' ? ['true', 'false'].map((word) => offer(word, 'Boolean', '')) : [];
  const chosen = kind === 'ENUM' ? enumValues.map((value) => offer(value.name, name, value.description)) : literal;
  return [...chosen, ...variables.map((variable) => offer(variable, 'variable', ''))];
}

const typesOf = (schema, kinds) => [...schema.types.values()]
  .filter(({ kind, name }) => kinds.includes(kind) && !name.startsWith('__'))
  .map(({ name, kind, description }) => offer(name, kind.toLowerCase().replace('_', ' '), description));
