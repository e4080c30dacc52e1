import { forget, read, write } from './storage.js';

const TOKEN = 'holdfast.guest';
const TIMEOUT_MS = 15_000; // longer than the service lets an order wait

/**
 * One request.
 * @returns {{ status, body, code, retryAfterMs }}; `status` 0 when no answer arrived, so that what became of the request
 *   is not known; `code` is the problem's
 */
export async function request(method, path, { headers = {}, body } = {}) {
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const content = text === '' ? null : JSON.parse(text);
    return {
      status: response.status,
      body: content,
      code: response.ok ? null : (content?.code ?? null),
      retryAfterMs: readRetryAfterMs(response.headers.get('retry-after')),
      etag: response.headers.get('etag'),
    };
  } catch {
    return { status: 0, body: null, code: null, retryAfterMs: null, etag: null };
  }
}

/** Delay in seconds, or a date; null when the header is missing or makes no sense. */
function readRetryAfterMs(header) {
  if (!header) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** The buyer that this browser has been so far, or null. */
export function knownGuest() {
  return read(TOKEN);
}

export function forgetGuest() {
  forget(TOKEN);
}

let newGuest = null;

/**
 * The buyer that this browser is from its first purchase on. Two clicks at once become the same buyer.
 * @returns {{ guest }} or {{ answer }}, the refusal
 */
export async function ensureGuest() {
  const guest = knownGuest();
  if (guest) return { guest };
  newGuest ??= request('POST', '/v1/auth/guest').finally(() => {
    newGuest = null;
  });
  const answer = await newGuest;
  if (answer.status !== 201) return { answer };
  write(TOKEN, answer.body);
  return { guest: answer.body };
}

export function asGuest(guest) {
  return { authorization: `Bearer ${guest.token}` };
}
