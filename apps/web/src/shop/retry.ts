import type { Reply } from './reply.js';

const MAX_ATTEMPTS = 10;
const MAX_TOTAL_MS = 60_000;
const MAX_WAIT_MS = 10_000;
/** A sale that begins within this is worth the wait: the page's clock was a little fast. */
const SOON_MS = 5_000;

/** Why a request is not answered yet, and how long until it is sent again. */
export interface Obstacle {
  readonly code: string | null;
  readonly waitMs: number;
}

export interface RetryOptions {
  readonly onWaiting?: (obstacle: Obstacle) => void;
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * Sends until there is an answer that says what became of it, a minute and ten attempts at most. Only for requests that may
 * be repeated. @returns the last reply, which may still be undecided
 */
export async function untilDecided<Data>(
  send: () => Promise<Reply<Data>>,
  { onWaiting, sleep = wait }: RetryOptions = {},
): Promise<Reply<Data>> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const reply = await send();
    if (!isUndecided(reply)) return reply;
    const waitMs = reply.retryAfterMs ?? backOffMs(attempt);
    const isLate = performance.now() - startedAt + waitMs > MAX_TOTAL_MS;
    if (attempt >= MAX_ATTEMPTS || isLate) return reply;
    onWaiting?.({ code: reply.code, waitMs });
    await sleep(waitMs);
  }
}

/** Whether the reply leaves open what became of the request, so that the same one is worth sending again. */
export function isUndecided({ status, code, retryAfterMs }: Reply<unknown>): boolean {
  if (code === 'sale_not_started') return retryAfterMs !== null && retryAfterMs <= SOON_MS;
  return [0, 408, 425, 429].includes(status) || status >= 500 || code === 'idempotency_key_in_flight';
}

/** Doubles from half a second, with a jitter so that a crowd does not come back as one. */
export function backOffMs(attempt: number): number {
  return Math.min(MAX_WAIT_MS, 500 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
