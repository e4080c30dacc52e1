/** The data of a lock's node. */
export interface LockState {
  /** Of the last grant. */
  readonly fence: number;
  readonly held: Held | null;
}

export interface Held {
  readonly token: string;
  readonly owner: string;
  /** From when the node was written. */
  readonly leaseMs: number;
  readonly acquiredAtMs: number;
  /** Whose it was before it was adopted. */
  readonly from?: string;
}

/** The data of a place in the queue. */
export interface PlaceRecord {
  /** From when it was written. */
  readonly placeMs: number;
}

export interface ValueRecord {
  readonly value: string;
  readonly ttlMs: number;
}

/** The next fence: above the last one, no lower than the floor, nor than the clock in microseconds, as of each provider. */
export function nextFence(last: number, floor: number): number {
  const fence = Math.max(last + 1, floor, Date.now() * 1_000);
  if (!Number.isSafeInteger(fence)) throw new RangeError('the fence would pass 2^53');
  return fence;
}
