import type { KeyValue } from './etcd-client.js';

/** What a key in a queue says. */
export interface EntryRecord {
  readonly token: string;
  readonly owner: string;
  /** Of the holder; null while the claim waits. */
  readonly fence: number | null;
  /** How many may hold it together with this one: 1, or the permits of a semaphore, or for readers Infinity. */
  readonly permits: number;
  /** The lease, or how long its place lasts. */
  readonly lifeMs: number;
  /** By how much the lease in etcd was older when this was written. */
  readonly leadMs: number;
  /** On its process's wall clock, in milliseconds since 1970, like the next: for people, and as a hint. */
  readonly writtenAtMs: number;
  readonly acquiredAtMs: number;
}

export interface Entry extends EntryRecord {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** The lease in etcd. */
  readonly lease: string;
}

/** JSON has no Infinity. */
export function encodeRecord(record: EntryRecord): string {
  return JSON.stringify({ ...record, permits: String(record.permits) });
}

/** A key of somebody else in our place is an entry that nobody of us can claim, extend or outlive. */
export function entryOf({ value, ...key }: KeyValue): Entry {
  const foreign = {
    token: '',
    owner: '',
    fence: 0,
    permits: 1,
    lifeMs: Infinity,
    leadMs: 0,
    writtenAtMs: 0,
    acquiredAtMs: 0,
  };
  return { ...foreign, ...parsed(value), ...key };
}

function parsed(value: string): Partial<EntryRecord> {
  try {
    const record = JSON.parse(value) as Omit<EntryRecord, 'permits'> & { permits: string };
    return { ...record, permits: Number(record.permits) };
  } catch {
    return {};
  }
}
