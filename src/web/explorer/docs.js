// The documentation of the schema: search it, or walk from type to type.

import { h } from '/web/shared/dom.js';
import { nameOf, written } from './schema.js';

const FOUND_MAX = 60;

export function makeDocs(place) {
  const search = h('input', { id: 'search', type: 'search', autocomplete: 'off' });
  const page = h('div', { class: 'page', tabindex: -1 });
  const trail = h('nav', { class: 'trail', 'aria-label': 'Way back' });
  const way = [];
  let schema = null;

  place.append(h('h2', { id: 'docs-title' }, 'Schema'),
    h('label', { for: 'search' }, 'Search types and fields'), search, trail, page);

  const visit = (name) => {
    const at = way.indexOf(name);
    if (at < 0) way.push(name);
    else way.length = at + 1;
    search.value = '';
    show();
    page.focus();
  };
  const link = (name, text = name) => (schema.types.has(name)
    ? h('button', { class: 'plain tiny type', type: 'button', onclick: () => visit(name) }, text) : text);
  const show = () => {
    trail.replaceChildren(
      h('button', { class: 'plain tiny', type: 'button', onclick: () => { way.length = 0; search.value = ''; show(); } }, 'Start'),
      ...way.map((name) => h('span', {}, ' › ', link(name))));
    const wanted = search.value.trim().toLowerCase();
    if (wanted) page.replaceChildren(found(wanted));
    else page.replaceChildren(...(way.length ? typePage(schema.types.get(way.at(-1))) : start()));
  };

  const start = () => Object.entries(schema.roots).filter(([, name]) => name)
    .map(([kind, name]) => h('p', {}, h('span', { class: 'soft' }, `${kind}: `), link(name)));

  const found = (wanted) => {
    const types = [...schema.types.values()].filter(({ name }) => !name.startsWith('__'));
    const has = (text) => text?.toLowerCase().includes(wanted);
    const hits = types.flatMap((type) => [
      ...(has(type.name) ? [h('li', {}, link(type.name))] : []),
      ...(type.fields ?? type.inputFields ?? type.enumValues ?? []).filter(({ name }) => has(name))
        .map(({ name }) => h('li', {}, link(type.name), ` · ${name}`)),
    ]);
    return h('div', {},
      h('p', { class: 'soft small', role: 'status' }, `${hits.length} found`), h('ul', {}, hits.slice(0, FOUND_MAX)));
  };

  const member = ({ name, type, args, description, defaultValue }) => h('li', {},
    h('div', { class: 'signature' },
      h('code', {}, name),
      args?.length > 0 && h('span', { class: 'soft' }, ' (', args.map((arg) => [h('code', {}, arg.name), ': ', link(nameOf(arg.type), written(arg.type)), ' ']), ')'),
      type && [': ', link(nameOf(type), written(type))],
      defaultValue && h('span', { class: 'soft' }, ` = ${defaultValue}`)),
    description && h('p', { class: 'small soft' }, description));

  const typePage = ({ name, kind, description, fields, inputFields, enumValues, possibleTypes, interfaces }) => [
    h('h3', {}, name, ' ', h('span', { class: 'soft small' }, kind.toLowerCase().replace('_', ' '))),
    description && h('p', { class: 'small' }, description),
    interfaces?.length > 0 && h('p', { class: 'small' }, 'Implements ', interfaces.map((one) => link(one.name))),
    possibleTypes?.length > 0 && h('p', { class: 'small' }, 'Is one of ', possibleTypes.map((one) => link(one.name))),
    h('ul', { class: 'members' }, (fields ?? inputFields ?? enumValues ?? []).map(member)),
  ].filter(Boolean);

  search.addEventListener('input', () => schema && show());
  return {
    open(next) {
      schema = next;
      show();
    },
    refuse(why) {
      search.disabled = true;
      page.replaceChildren(h('div', { class: 'notice warn' },
        h('p', {}, 'The server keeps its schema to itself, so there is neither documentation nor completion here.'),
        h('p', { class: 'small' }, why)));
    },
  };
}
