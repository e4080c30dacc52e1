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

/** What nobody of ours has written is a lock that nobody holds: its node can be written over, by its version. */
export function lockStateOf(data: string): LockState {
  const { fence, held } = fieldsOf(data);
  return { fence: Number.isSafeInteger(fence) ? Number(fence) : 0, held: isHeld(held) ? held : null };
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
  const { token, owner, leaseMs, acquiredAtMs } = recordOf(held);
  return (
    typeof token === 'string' &&
    typeof owner === 'string' &&
    typeof leaseMs === 'number' &&
    typeof acquiredAtMs === 'number'
  );
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
