/** A key, or all keys from it up to `end`, which is not one of them. */
export interface KeyRange {
  readonly key: string;
  readonly end?: string;
}

/** As the gateway takes them; numbers of 64 bits are texts. */
export type Condition = Readonly<Record<string, string>>;
export type Operation = Readonly<Record<string, object>>;

/** Applied in one step: `success` if every condition holds, else `failure`. */
export interface Transaction {
  readonly compare: readonly Condition[];
  readonly success: readonly Operation[];
  readonly failure?: readonly Operation[];
}

/** etcd's default for `--max-txn-ops`: so many conditions, and so many operations in each of the two lists. */
export const MAX_OPERATIONS = 128;

/** What a transaction may depend on. */
export const when = {
  isEmpty: (range: KeyRange): Condition => compare(range, 'CREATE', 'EQUAL', { create_revision: '0' }),
  /** There is a key, and none that was created before the revision. */
  isCreatedSince: (range: KeyRange, revision: number): Condition =>
    compare(range, 'CREATE', 'GREATER', { create_revision: String(revision - 1) }),
  /** No key was created later. */
  isCreatedUpTo: (range: KeyRange, revision: number): Condition =>
    compare(range, 'CREATE', 'LESS', { create_revision: String(revision + 1) }),
  /** The key was last written at this revision; 0: it is not there. */
  isUnchanged: (key: string, modRevision: number): Condition =>
    compare({ key }, 'MOD', 'EQUAL', { mod_revision: String(modRevision) }),
  hangsOn: (key: string, leaseId: string): Condition =>
    compare({ key }, 'LEASE', 'EQUAL', { lease: leaseId }),
  /** The key is there, and its value is lower, byte by byte. */
  isBelow: (key: string, value: string): Condition =>
    compare({ key }, 'VALUE', 'LESS', { value: base64(value) }),
};

/** What a transaction may do. */
export const run = {
  put: (key: string, value: string, leaseId: string): Operation => ({
    request_put: { key: base64(key), value: base64(value), lease: leaseId },
  }),
  remove: (range: KeyRange): Operation => ({ request_delete_range: encoded(range) }),
  /** The keys that were created first, in that order. */
  oldest: (range: KeyRange, limit: number): Operation => ({
    request_range: { ...encoded(range), sort_target: 'CREATE', sort_order: 'ASCEND', limit: String(limit) },
  }),
  /** The keys that were created last, of those that were no later than the revision; the latest comes first. */
  newest: (range: KeyRange, limit: number, createdUpTo = 0): Operation => ({
    request_range: {
      ...encoded(range),
      sort_target: 'CREATE',
      sort_order: 'DESCEND',
      limit: String(limit),
      max_create_revision: String(createdUpTo), // 0: whenever
    },
  }),
  read: (key: string): Operation => ({ request_range: encoded({ key }) }),
  inTurn: (transaction: Transaction): Operation => ({ request_txn: transaction }),
};

function compare(range: KeyRange, target: string, result: string, to: Condition): Condition {
  return { ...encoded(range), target, result, ...to };
}

export function encoded({ key, end }: KeyRange): Condition {
  return { key: base64(key), ...(end === undefined ? {} : { range_end: base64(end) }) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
