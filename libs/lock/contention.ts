import { Bell } from './bell.js';
import type { Place } from './local-queue.js';
import type { LockStore, TimedGrant } from './lock-store.js';
import type { LockRequest } from './provider.js';
import type { WaitLimit } from './wait-limit.js';

const FALLBACK_MIN_MS = 10;
const FALLBACK_MAX_MS = 1_000;

/**
 * Tries until the lock is granted or the limit is reached, sleeping in between until a release is announced. The
 * place in front of the local line makes it the only one of this process that does so for these resources.
 * @throws whatever ended the limit, or LockUnavailableError
 */
export async function contend(
  store: LockStore,
  request: LockRequest,
  { limit, place }: { limit: WaitLimit; place: Place },
): Promise<TimedGrant> {
  const bell = new Bell();
  place.beginContention(bell);
  try {
    for (;;) {
      bell.silence();
      const answer = await store.acquire(request, limit);
      if (answer.granted) return answer;
      // Rings as soon as the watch is in place: a release between the try and that moment is not missed.
      place.watch(answer.resource);
      await limit.race(bell.sleep(fallbackDelayMs(answer.remainingMs)));
    }
  } finally {
    bell.ring(); // ends a sleep that the limit has cut short
    place.endContention();
  }
}

/**
 * When to look again if nobody rings: with full jitter, so that processes do not come in step, and never later than the
 * holder's lease ends, so that a dead one delays nobody. A key without an expiry (negative) is not one of ours.
 */
function fallbackDelayMs(remainingMs: number): number {
  const boundMs = remainingMs < 0 ? FALLBACK_MAX_MS : Math.min(remainingMs, FALLBACK_MAX_MS);
  return Math.max(FALLBACK_MIN_MS, Math.random() * boundMs);
}
