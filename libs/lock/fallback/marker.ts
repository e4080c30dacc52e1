import { LockUnavailableError } from '../errors.js';
import type { Grant, LockProvider, Refusal } from '../provider.js';
import { RESERVED } from './probe.js';

const RESOURCE = `${RESERVED}:degraded`;
/** All who announce share one token, so that each of them renews it; and all who look another. */
const ANNOUNCER = 'announcer';
const READER = 'reader';
const READ_LEASE_MS = 1;
const ANNOUNCE_TRIES = 8;
const ANNOUNCE_DELAY_MS = 5;

/**
 * The word in the fallback store that some process grants there without asking the primary. It is a lock, because it has
 * to last exactly as well as the locks that it speaks of: a value may be lost in a crash of the store. Nobody gives it
 * back, so that it goes when the last process that renewed it has stopped.
 *
 * To look is to try to take it for a millisecond: who is refused knows that it is there. An announcement that meets a
 * look is repeated.
 *
 * What is known of it counts in the safe direction, on this process's monotonic clock: its absence from before the
 * question was sent, its presence from after the answer came.
 */
export class DegradationMarker {
  private readonly store: LockProvider;
  private readonly ttlMs: number;
  private knownAbsentAt = -Infinity;
  private knownSince = Infinity;
  private knownUntil = -Infinity;

  constructor(store: LockProvider, ttlMs: number) {
    this.store = store;
    this.ttlMs = ttlMs;
  }

  /** When it was last known not to be there. */
  get absentAt(): number {
    return this.knownAbsentAt;
  }

  /** Since when it has been there without a gap; Infinity if it may not be there. */
  get since(): number {
    return performance.now() < this.knownUntil ? this.knownSince : Infinity;
  }

  /** It is there at least until then, whatever happens. */
  get until(): number {
    return this.knownUntil;
  }

  /** Sets or renews it. @throws LockUnavailableError */
  async announce(): Promise<void> {
    for (let attempt = 1; attempt <= ANNOUNCE_TRIES; attempt += 1) {
      const sentAt = performance.now();
      if ((await this.take(ANNOUNCER, this.ttlMs)).granted) {
        this.notePresence(sentAt + this.ttlMs);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * ANNOUNCE_DELAY_MS).unref());
    }
    throw new LockUnavailableError([RESOURCE], new Error('it was being looked at each time'), 'none');
  }

  /** @returns whether it is there. @throws LockUnavailableError */
  async look(): Promise<boolean> {
    const sentAt = performance.now();
    const answer = await this.take(READER, READ_LEASE_MS);
    if (!answer.granted) {
      this.notePresence(sentAt + answer.remainingMs - 1); // it may have been rounded up
      return true;
    }
    this.knownAbsentAt = Math.max(this.knownAbsentAt, sentAt);
    this.knownSince = Infinity;
    this.knownUntil = -Infinity;
    return false;
  }

  private take(token: string, leaseMs: number): Promise<Grant | Refusal> {
    const claim = { resources: [RESOURCE], token, owner: RESERVED };
    return this.store.acquire({ ...claim, leaseMs, floors: [0], placeMs: 0, replicaAcks: 0 });
  }

  private notePresence(until: number): void {
    const now = performance.now();
    if (now >= this.knownUntil) this.knownSince = now; // it may have lapsed in between
    this.knownUntil = Math.max(this.knownUntil, until);
  }
}
