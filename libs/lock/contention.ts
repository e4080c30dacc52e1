import type { Backend } from './backend.js';
import { Bell } from './bell.js';
import type { Heirs } from './heirs.js';
import type { TimedGrant } from './lock-store.js';
import type { ClaimEvent, LockRequest, Refusal } from './provider.js';
import type { WaitLimit } from './wait-limit.js';

const JITTER_MIN_MS = 2;
const JITTER_MAX_MS = 20;
const KEY_WITHOUT_EXPIRY_MS = 1_000;
/** With less of its place left than this share, a claim looks again instead of trusting a grant that it is told of. */
const MIN_REST = 1 / 4;

/** Of a waiting claim: what it heard, or the lock itself from a holder of this process. */
export type Message = ClaimEvent | { readonly inherited: TimedGrant };

/** A claim that was refused before it began to contend. */
export interface FirstAttempt {
  readonly refusal: Refusal;
  readonly sentAt: number;
  readonly bell: Bell<Message>;
  readonly endWatch: () => void;
}

/**
 * Tries until the lock is granted or the limit is reached, and sleeps in between until the store, or a holder of this
 * process, tells of a change. It keeps the claim's place in the store's queue, and gives it up when it ends without the
 * lock.
 * @throws whatever ended the limit, or LockUnavailableError
 */
export async function contend(
  { store, heirs }: Backend,
  request: LockRequest,
  limit: WaitLimit,
  first?: FirstAttempt,
): Promise<TimedGrant> {
  const bell = first?.bell ?? new Bell<Message>();
  const endWatch = first?.endWatch ?? store.watch(request, (event) => bell.ring(event));
  const [resource = ''] = request.resources;
  let refusal = first?.refusal;
  let sentAt = first?.sentAt ?? 0;
  let isQueued = false;
  // Once the place may have ended in between, a grant that is told may be an old one, made before the last refusal.
  let isTrusted = true;
  try {
    for (;;) {
      if (!refusal) {
        bell.silence();
        const placeEndedAt = isQueued ? placeEnd(sentAt, request) : Infinity;
        sentAt = performance.now();
        const answer = await store.acquire(request, limit);
        if (answer.granted) return answer;
        if (performance.now() >= placeEndedAt) isTrusted = false;
        refusal = answer;
      }
      isQueued = true;
      const message = await limit.race(sleep(bell, heirs, { refusal, request, resource, sentAt }));
      if (message && 'inherited' in message) return message.inherited;
      if (message && 'granted' in message && isTrusted) {
        const grant = ownGrant(message.fences, request, placeEnd(sentAt, request));
        if (grant) return grant;
      }
      refusal = undefined;
    }
  } catch (error) {
    if (isQueued) store.giveBack(request); // its place, and what the store grants to it meanwhile
    throw error;
  } finally {
    if (refusal?.promised) heirs.forget(resource, refusal.promised.behind);
    bell.ring({ look: true }); // ends a sleep that the limit has cut short
    endWatch();
  }
}

/** Until the bell rings, or a holder of this process leaves the lock to the claim. */
async function sleep(
  bell: Bell<Message>,
  heirs: Heirs,
  waiting: { refusal: Refusal; request: LockRequest; resource: string; sentAt: number },
): Promise<Message | undefined> {
  const { refusal, request, resource, sentAt } = waiting;
  const { promised } = refusal;
  if (promised) {
    heirs.expect(resource, promised.behind, (holderValidUntil) => {
      const validUntil = Math.min(holderValidUntil, placeEnd(sentAt, request));
      const inherited = ownGrant(promised.fences, request, validUntil);
      if (inherited) bell.ring({ inherited });
    });
  }
  const message = await bell.sleep(delayMs(refusal, request));
  if (promised) heirs.forget(resource, promised.behind);
  return message;
}

/** The store keeps a place from when it applied the last attempt, which was after it was sent. */
function placeEnd(sentAt: number, { placeMs }: LockRequest): number {
  return sentAt + placeMs;
}

/** A grant that the store makes by itself lasts as long as the place that the claim had. */
function ownGrant(
  fences: readonly number[],
  { placeMs, replicaAcks }: LockRequest,
  validUntil: number,
): TimedGrant | undefined {
  if (replicaAcks > 0) return undefined; // what the replicas have, an attempt finds out
  if (validUntil - performance.now() < placeMs * MIN_REST) return undefined;
  return { granted: true, fences, validUntil, isWholeLease: false };
}

/**
 * When to look again if nobody rings: soon after the holder's lease ends, so that a dead one delays nobody, with jitter,
 * so that processes do not come in step; and often enough to keep the place.
 */
function delayMs({ remainingMs }: Refusal, { placeMs }: LockRequest): number {
  const holderMs = remainingMs < 0 ? KEY_WITHOUT_EXPIRY_MS : remainingMs;
  const jitterMs = JITTER_MIN_MS + Math.random() * (JITTER_MAX_MS - JITTER_MIN_MS);
  return Math.min(holderMs + jitterMs, (placeMs / 3) * (0.75 + Math.random() / 4));
}
