// The words of a GraphQL document, for colouring and for completion.

const PATTERN = new RegExp([
  /(?<comment>#[^\n]*)/,
  /(?<string>"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?)/,
  /(?<variable>\$\w*)/,
  /(?<name>[A-Za-z_]\w*)/,
  /(?<value>-?\d[\d.eE+-]*)/,
  /(?<sign>\.\.\.|[!(){}[\]:=@|&])/,
].map(({ source }) => source).join('|'), 'g');

const WORDS = new Set(['query', 'mutation', 'subscription', 'fragment', 'on', 'true', 'false', 'null']);

/** All words with their kind and place; commas and blanks have no meaning and are left out. */
export function tokenize(text) {
  return [...text.matchAll(PATTERN)].map((match) => {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    const [word] = match;
    return { kind: kind === 'name' && WORDS.has(word) ? 'word' : kind, text: word, from: match.index, to: match.index + word.length };
  });
}

/** The text in coloured pieces, as nodes: texts stay texts. */
export function painted(text, tokens = tokenize(text)) {
  const nodes = [];
  let at = 0;
  for (const token of tokens) {
    if (token.from > at) nodes.push(text.slice(at, token.from));
    const piece = document.createElement('span');
    piece.className = `t-${token.kind}`;
    piece.textContent = token.text;
    nodes.push(piece);
    at = token.to;
  }
  nodes.push(text.slice(at));
  return nodes;
}

const JSON_PATTERN = /(?<name>"(?:\\.|[^"\\])*")(?=\s*:)|(?<string>"(?:\\.|[^"\\])*")|(?<word>true|false|null)|(?<value>-?\d[\d.eE+-]*)/g;

/** JSON in coloured pieces. */
export function paintedJson(text) {
  const tokens = [...text.matchAll(JSON_PATTERN)].map((match) => {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    return { kind, text: match[0], from: match.index, to: match.index + match[0].length };
  });
  return painted(text, tokens);
}
