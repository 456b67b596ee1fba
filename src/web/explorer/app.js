// The explorer: tabs with the steps of a purchase, an editor, variables and headers, the answer, the schema.

import { announce, h } from '/web/shared/dom.js';
import { send } from '/web/shared/graphql.js';
import { live } from '/web/shared/live.js';
import { formCurl, graphqlCurl } from './curl.js';
import { makeDocs } from './docs.js';
import { makeEditor } from './editor.js';
import { loadSchema } from './schema.js';
import { STEPS } from './steps.js';
import { makeTabs } from './tabs.js';
import { payAtTwin, payPanel, paymentOf } from './twin.js';
import { paintedJson } from './tokens.js';

const at = (id) => document.getElementById(id);
const [variables, headers, response, timing] = ['variables', 'headers', 'response', 'timing'].map(at);

const { demo } = await (await fetch('/explorer/settings.json')).json();
/** What the answers so far have taught: token, rate, total, client secret. */
const known = {};
const steps = STEPS.filter(({ pays }) => demo || !pays)
  .map((step) => ({ ...step, text: step.document, edited: null, answer: null }));
let step = steps[0];
let running = null;

headers.value = JSON.stringify({ 'x-organization-slug': demo ? 'demo' : 'your-shop' }, null, 2);
at('shop').hidden = !demo;

const editor = makeEditor(at('editor'), { onchange: () => { step.text = editor.value; }, onrun: () => run() });
const docs = makeDocs(at('docs'));
const pay = payPanel();
at('pay').append(pay.panel);

/** Reads a field with a JSON object; says what is wrong with it, and answers null then. */
function objectIn(field) {
  let value = null;
  let fault = '';
  try {
    value = JSON.parse(field.value.trim() || '{}');
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('This is no JSON object.');
  } catch ({ message }) {
    fault = message;
    value = null;
  }
  at(`${field.id}-check`).textContent = fault;
  if (fault) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
  return value;
}

/** The variables of a step: as edited, or made out of what is known by now. */
const variablesOf = (of) => of.edited ?? JSON.stringify(of.variables(known), null, 2);

function show(next) {
  step = next;
  const index = steps.indexOf(step);
  at('step').textContent = step.about;
  at('pay').hidden = !step.pays;
  at('document').hidden = Boolean(step.pays);
  at('run').textContent = step.pays ? 'Pay' : 'Run';
  at('next').hidden = !step.answer || step.extra || !steps[index + 1] || steps[index + 1].extra;
  if (step.pays) pay.tell(known.payment);
  else {
    editor.value = step.text;
    variables.value = variablesOf(step);
    objectIn(variables);
  }
  answer(step.answer);
}

function answer(shown) {
  response.replaceChildren(...(shown ? paintedJson(shown.text) : ['Nothing was sent yet.']));
  timing.textContent = shown?.timing ?? '';
}

/** Keeps an answer at its step, and shows it if that step is still the one in view. */
function keep(of, body, said) {
  of.answer = { text: typeof body === 'string' ? body : JSON.stringify(body, null, 2), timing: said };
  if (of === step) show(of);
}

async function run() {
  if (running) return;
  const own = step;
  running = new AbortController();
  at('run').disabled = true;
  try {
    await (own.pays ? runPayment(own) : runDocument(own));
  } finally {
    running = null;
    at('run').disabled = false;
    at('stop').hidden = true;
  }
}

async function runPayment(own) {
  if (!known.payment) return announce('Run the payment session first');
  try {
    const { body, status, ms } = await payAtTwin(known.payment, pay.chosen());
    keep(own, body, `HTTP ${status} · ${ms} ms`);
  } catch {
    keep(own, 'The twin cannot be reached.', 'No answer');
  }
  return announce('Answered');
}

/** Takes what the next steps need. An edited document may answer something else, from which there is nothing to take. */
function learn(own, data) {
  try {
    Object.assign(known, own.take(data));
  } catch {
    // The next steps go on with what was known before.
  }
}

async function runDocument(own) {
  const [given, sent] = [objectIn(variables), objectIn(headers)];
  if (!given || !sent) return announce('The variables or the headers are no JSON');
  const query = editor.value;
  if (/^\s*subscription\b/m.test(query)) return runLive(own, query, given, sent);
  const { data, errors, extensions, status, ms } = await send(query, given, sent);
  const parts = Object.entries({ errors, data, extensions }).filter(([, part]) => part !== undefined);
  // "Order" is asked again until the webhook came, so it says what to do meanwhile.
  const waits = own.title === 'Order' && data?.order === null ? ' · not there yet, run it again' : '';
  if (data) learn(own, data);
  keep(own, Object.fromEntries(parts), `HTTP ${status} · ${ms} ms${waits}`);
  return announce(errors ? 'Answered with errors' : 'Answered');
}

async function runLive(own, query, given, sent) {
  const results = [];
  at('stop').hidden = false;
  keep(own, '', 'Listening…');
  const onResult = (result) => {
    results.push(JSON.stringify(result, null, 2));
    keep(own, results.join('\n\n'), `${results.length} results, listening…`);
  };
  let refusal = null;
  const onRefused = (body) => { refusal = body; };
  const { signal } = running;
  const ended = await live({ query, variables: given, headers: sent, signal, onResult, onRefused });
  if (refusal) return keep(own, refusal, 'The server gave no stream');
  const how = ended || signal.aborted ? 'ended' : 'the stream broke';
  return keep(own, results.join('\n\n') || 'No result came.', `${results.length} results, ${how}`);
}

async function copy() {
  const query = editor.value;
  const [given, sent] = [objectIn(variables), objectIn(headers)];
  if (step.pays && !known.payment) return announce('Run the payment session first');
  if (!step.pays && !(given && sent)) return announce('The variables or the headers are no JSON');
  const command = step.pays
    ? formCurl(paymentOf(known.payment, pay.chosen())) : graphqlCurl({ query, variables: given, headers: sent });
  try {
    await navigator.clipboard.writeText(command);
    timing.textContent = 'Copied.';
  } catch {
    // Without leave to write to the clipboard, it can still be copied by hand.
    answer({ text: command, timing: 'Copy it from here.' });
  }
  return announce('Copied');
}

at('run').addEventListener('click', run);
at('stop').addEventListener('click', () => running?.abort());
at('curl').addEventListener('click', copy);
at('next').addEventListener('click', () => tabs.choose(steps.indexOf(step) + 1, true));
variables.addEventListener('input', () => {
  step.edited = variables.value;
  objectIn(variables);
});
headers.addEventListener('input', () => objectIn(headers));

const number = (own) => (own.extra ? '' : `${steps.indexOf(own) + 1} `);
const tabs = makeTabs(at('tabs'), steps.map((own) => `${number(own)}${own.title}`), (index) => show(steps[index]));
if (!demo) at('about').textContent = 'Requests to this server. Put the slug of your shop into the headers.';
tabs.choose(0);

const schema = await loadSchema(objectIn(headers) ?? {});
if (schema.why) docs.refuse(schema.why);
else {
  docs.open(schema);
  editor.schema = schema;
}
document.body.append(h('span', { hidden: true, id: 'ready' }));
