import { asGuest, ensureGuest, forgetGuest, request } from './api.js';
import { forget, read, write } from './storage.js';

/**
 * Buying so that it happens once. A click makes an intent: an Idempotency-Key and the order's body, kept until there
 * is a definite answer. Whatever is sent for it carries the same key and the same body, so that a double click, a lost
 * answer or a reload finds the order that the first attempt made.
 */

const MAX_ATTEMPTS = 8;
const MAX_TOTAL_MS = 60_000;
const MAX_WAIT_MS = 10_000;
const PREFIX = 'holdfast.intent.';
const underWay = new Map();

const intentName = (saleId, itemId) => `${PREFIX}${saleId}.${itemId}`;

export function hasIntent(saleId, itemId) {
  return read(intentName(saleId, itemId)) !== null;
}

/**
 * Buys one unit, or finishes the purchase of it that has no definite answer yet.
 * @param onWaiting called with what stands in the way each time it has to wait
 * @returns {{ kind: 'ordered', order } | { kind: 'refused', code, body } | { kind: 'unknown', code }}
 */
export function buy(saleId, item, onWaiting = () => {}) {
  const name = intentName(saleId, item.itemId);
  const running = underWay.get(name);
  if (running) return running;
  const intent = read(name) ?? newIntent(saleId, item);
  write(name, intent);
  const purchase = complete(name, intent, onWaiting).finally(() => underWay.delete(name));
  underWay.set(name, purchase);
  return purchase;
}

function newIntent(saleId, { itemId, price }) {
  const body = { saleId, lines: [{ itemId, quantity: 1 }], expectedTotal: price };
  return { key: newKey(), body, sent: false };
}

function newKey() {
  // randomUUID is there in secure contexts alone, and a demo may be opened by the machine's name
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function complete(name, intent, onWaiting) {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(name, intent);
    const outcome = judge(answer, intent);
    if (outcome.kind !== 'retry') {
      if (outcome.kind !== 'unknown') forget(name);
      return outcome;
    }
    const waitMs = answer.retryAfterMs ?? backOffMs(attempt);
    const spentMs = performance.now() - startedAt + waitMs;
    if (attempt >= MAX_ATTEMPTS || spentMs > MAX_TOTAL_MS) return { kind: 'unknown', code: answer.code };
    onWaiting({ code: answer.code, waitMs });
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function send(name, intent) {
  const { guest, answer } = await ensureGuest();
  if (!guest) return answer;
  intent.buyerId ??= guest.buyerId;
  if (intent.buyerId !== guest.buyerId) return { status: 401, code: 'unauthenticated', body: null };
  const sentBefore = intent.sent;
  write(name, Object.assign(intent, { sent: true }));
  const reply = await request('POST', '/v1/orders', {
    headers: { ...asGuest(guest), 'idempotency-key': intent.key },
    body: intent.body,
  });
  if (reply.status !== 401) return reply;
  forgetGuest(); // the token has run out, or the shop began anew
  if (sentBefore) return reply;
  // Nothing can have come of this intent yet, so the next guest may take it over.
  write(name, Object.assign(intent, { sent: false, buyerId: undefined }));
  return { ...reply, status: 0 };
}

/** Only a 201 and a refusal that was decided say what became of the order; the rest is worth another attempt. */
function judge({ status, code, body }) {
  if (status === 201) return { kind: 'ordered', order: body };
  const undecided =
    [0, 408, 425, 429].includes(status) || status >= 500 || code === 'idempotency_key_in_flight';
  return undecided ? { kind: 'retry' } : { kind: 'refused', code, body };
}

/** Doubles from half a second, with a jitter so that a crowd does not come back as one. */
function backOffMs(attempt) {
  return Math.min(MAX_WAIT_MS, 500 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}
