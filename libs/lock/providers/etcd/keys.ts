import { LockUsageError } from '../../errors.js';
import { MAX_OPERATIONS, type KeyRange } from './transaction.js';

/** Of an attempt that is refused: it queues, and looks. */
const OPERATIONS_PER_RESOURCE = 4;
const MAX_RESOURCES = Math.floor((MAX_OPERATIONS - 1) / OPERATIONS_PER_RESOURCE); // one more is within the first of them

/**
 * Where a resource lives, below the prefix. Its queue is all keys `queue/<resource>␀<token>`; the oldest of them is the
 * holder's, or whose turn it is. `fence/<resource>` is its last fence, which outlives the queue.
 */
export class EtcdKeys {
  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  queue(resource: string): KeyRange {
    const start = `${this.prefix}queue/${resource}`;
    return { key: `${start}\0`, end: `${start}\u0001` };
  }

  get everyQueue(): KeyRange {
    return { key: `${this.prefix}queue/`, end: `${this.prefix}queue0` }; // '0' comes after '/'
  }

  entry(resource: string, token: string): string {
    return `${this.queue(resource).key}${token}`;
  }

  resourceOf(entry: string): string {
    return entry.slice(this.everyQueue.key.length, entry.indexOf('\0'));
  }

  fence(resource: string): string {
    return `${this.prefix}fence/${resource}`;
  }

  value(key: string): string {
    return `${this.prefix}value/${key}`;
  }
}

/** @throws LockUsageError for names that etcd cannot keep, or whose keys would be those of others */
export function requireStorable(resources: readonly string[]): void {
  if (resources.every((resource) => !resource.includes('\0') && resource.isWellFormed())) return;
  throw new LockUsageError(
    resources,
    'A resource must be well-formed Unicode without NUL, for etcd to keep it.',
  );
}

/** @throws LockUsageError for more resources than one transaction can take */
export function requireFew(resources: readonly string[]): void {
  if (resources.length <= MAX_RESOURCES) return;
  throw new LockUsageError(
    resources,
    `One call takes at most ${MAX_RESOURCES} resources together here, not ${resources.length}.`,
  );
}
