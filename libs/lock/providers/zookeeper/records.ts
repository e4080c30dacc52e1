/** The data of a lock's node. */
export interface LockState {
  /** Of the last grant. */
  readonly fence: number;
  /** How many may hold it together with those who do: 1, or the permits of a semaphore, or for readers Infinity. */
  readonly permits: number;
  readonly holders: readonly Held[];
}

export interface Held {
  readonly token: string;
  readonly owner: string;
  readonly fence: number;
  /** From when this was written. */
  readonly leaseMs: number;
  /** When that was; absent: with the node as it is. */
  readonly written?: Stamp | undefined;
  readonly acquiredAtMs: number;
  /** Whose it was before it was adopted. */
  readonly from?: string | undefined;
}

/** When something was written: the transaction, and its time on the clock of the leader of then. */
export interface Stamp {
  readonly mzxid: string;
  readonly mtimeMs: number;
}

export const HELD_BY_NOBODY: LockState = { fence: 0, permits: 1, holders: [] };

/** The data of a place in the queue. */
export interface PlaceRecord {
  /** From when it was written. */
  readonly placeMs: number;
}

export interface ValueRecord {
  readonly value: string;
  readonly ttlMs: number;
}

/** What nobody of ours has written is a lock that nobody holds: its node can be written over, by its version. */
export function lockStateOf(data: string): LockState {
  const { fence, permits, holders } = fieldsOf(data);
  return {
    fence: Number.isSafeInteger(fence) ? Number(fence) : 0,
    permits: typeof permits === 'string' ? Number(permits) : 1,
    holders: Array.isArray(holders) ? holders.filter(isHeld) : [],
  };
}

/** JSON has no Infinity. */
export function textOf({ fence, permits, holders }: LockState): string {
  const held = holders.map(({ token, owner, fence, leaseMs, written, acquiredAtMs, from }): Held => {
    return { token, owner, fence, leaseMs, written, acquiredAtMs, from };
  });
  return JSON.stringify({ fence, permits: String(permits), holders: held });
}

/** What nobody of ours has written is a place whose time is over. */
export function placeRecordOf(data: string): PlaceRecord {
  const { placeMs } = fieldsOf(data);
  return { placeMs: typeof placeMs === 'number' ? placeMs : 0 };
}

/** What nobody of ours has written is a value whose time is over. */
export function valueRecordOf(data: string): ValueRecord {
  const { value, ttlMs } = fieldsOf(data);
  return typeof value === 'string' && typeof ttlMs === 'number' ? { value, ttlMs } : { value: '', ttlMs: 0 };
}

function isHeld(held: unknown): held is Held {
  const { token, owner, fence, leaseMs, acquiredAtMs, written } = recordOf(held);
  return (
    [token, owner].every((text) => typeof text === 'string') &&
    [fence, leaseMs, acquiredAtMs].every((number) => typeof number === 'number') &&
    (written === undefined || isStamp(written))
  );
}

function isStamp(written: unknown): written is Stamp {
  const { mzxid, mtimeMs } = recordOf(written);
  return typeof mzxid === 'string' && /^\d{1,19}$/.test(mzxid) && typeof mtimeMs === 'number';
}

function fieldsOf(data: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(data));
  } catch {
    return {};
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
