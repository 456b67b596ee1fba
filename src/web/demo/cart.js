// The cart is a checkout session from its first line on, so that the server prices it at every moment.
//
// The token is the key to the session. It stays in this tab's sessionStorage: not in an address, which histories and
// logs keep, and not in a cookie, which other pages would send.

import { send } from '/web/shared/graphql.js';
import { HEADERS, ask } from './shop.js';
import * as documents from './documents.js';

const TOKEN = 'checkstand.token';
const ORDER = 'checkstand.order';
const CURRENCY = 'checkstand.currency';
const OVER = ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_FINAL'];

/** The session as the server last told it; null while the cart is empty. */
let session = null;
let turn = Promise.resolve();
const listeners = new Set();

export const current = () => session;
export const token = () => sessionStorage.getItem(TOKEN);
export const orderToken = () => sessionStorage.getItem(ORDER);
export const currency = () => sessionStorage.getItem(CURRENCY) ?? 'USD';

/** Calls back with the session after each change; answers how to stop that. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes a session that the server told. One that is older than what is shown is not news. */
export function accept(next) {
  if (next && session && next.id === session.id && next.revision < session.revision) return;
  session = next;
  if (next?.state === 'COMPLETED') keepOrder();
  if (['COMPLETED', 'CANCELED', 'EXPIRED'].includes(next?.state)) sessionStorage.removeItem(TOKEN);
  listeners.forEach((listener) => listener(session));
}

function keepOrder() {
  if (token()) sessionStorage.setItem(ORDER, token());
}

/** Finds the session of this tab again, after a reload. Throws where it cannot be read; the token stays for the next try. */
export async function resume() {
  if (!token() || session) return;
  const { checkoutSession } = await ask(documents.READ, { token: token() });
  if (!checkoutSession) sessionStorage.removeItem(TOKEN);
  accept(checkoutSession);
}

/** One mutation after the other: each says the revision that it saw, which the one before it may change. */
function mutate(document, variables) {
  const run = async () => {
    const all = { token: token(), revision: session?.revision, ...variables() };
    const wanted = Object.entries(all).filter(([name]) => document.includes(`$${name}:`));
    const { data, errors } = await send(document, Object.fromEntries(wanted), HEADERS);
    if (!data?.result) return { userErrors: [unanswered(errors?.[0])] };
    const { result } = data;
    if (result.token) sessionStorage.setItem(TOKEN, result.token);
    if (result.checkoutSession) accept(result.checkoutSession);
    return result;
  };
  turn = turn.then(run, run);
  return turn;
}

/** Why there was no answer, in the shape of a refusal. */
const unanswered = (error) => ({
  code: error?.extensions?.code ?? 'INTERNAL', message: error?.message ?? 'The server gave no answer.', field: null,
});

/** Puts units of a variant into the cart, and begins one where there is none. */
export async function add(sku, quantity) {
  const lines = [{ sku, quantity }];
  if (token()) {
    const result = await mutate(documents.ADD, () => ({ lines }));
    if (!result.userErrors.some(({ code }) => OVER.includes(code))) return result;
    sessionStorage.removeItem(TOKEN);
  }
  return mutate(documents.CREATE, () => ({ draft: { lines }, currency: currency() }));
}

/** Sets the units of a line; none takes it out. */
export const setQuantity = (lineId, quantity) => mutate(documents.UPDATE, () => ({ lines: [{ lineId, quantity }] }));

/** Changes what `draft` makes of the session when it is its turn: another change may still be on its way. */
export const reprice = (draft) => mutate(documents.REPRICE, () => ({ draft: draft(session) }));

const sum = ({ amount, currency: code }) => ({ amount, currency: code });

/**
 * Fixes the totals that the shopper sees: had one changed meanwhile, the server would refuse. The draft, too, is made when
 * it is its turn.
 */
export const bind = ({ grandTotal, amountDue }, draft) => mutate(documents.BIND, () => ({
  draft: draft(session), expectedTotal: sum(grandTotal), expectedAmountDue: sum(amountDue),
}));

export const paymentSession = () => mutate(documents.PAYMENT, () => ({}));
export const complete = () => mutate(documents.COMPLETE, () => ({}));
export const cancel = () => mutate(documents.CANCEL, () => ({}));

/** Another session with the same goods, where this one has ended. */
export function again() {
  const lines = session.lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return mutate(documents.CREATE, () => ({ draft: { lines }, currency: currency() }));
}

/**
 * Another currency. A session has one for its whole life, so the lines go into a new one; nothing is converted, each
 * currency has its own prices. Answers why that could not be.
 */
export async function changeCurrency(code) {
  const before = currency();
  if (!token() || !session?.lines.length) {
    sessionStorage.setItem(CURRENCY, code);
    return [];
  }
  // What is bound holds its goods, and may be paid yet: then its token is still needed, and the server refuses.
  const held = session.binding || session.paymentAttempt;
  if (held) {
    const { userErrors } = await cancel();
    if (userErrors.length) return userErrors;
  }
  sessionStorage.setItem(CURRENCY, code);
  const { userErrors } = await again();
  if (userErrors.length === 0) return [];
  sessionStorage.setItem(CURRENCY, before);
  if (held) await again();
  return userErrors;
}
