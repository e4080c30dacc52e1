import { LockUsageError } from '../../errors.js';

/**
 * Where a resource lives: `inventory:item:7:deduct` → `<prefix>lock:{inventory}:item:7:deduct`. The first segment is
 * the hash tag, so that the locks of one business share a cluster slot and one script takes them all.
 */
export class LockKeys {
  private readonly prefix: string;

  constructor(prefix: string) {
    if (/[{}\s]/.test(prefix))
      throw new LockUsageError([], 'keyPrefix must not contain braces, which make hash tags, or whitespace.');
    this.prefix = prefix;
  }

  /** The scripts put other words for `lock` to name what belongs to it: `queue`, `places`. */
  lock(resource: string): string {
    return `${this.prefix}lock:${tagged(resource)}`;
  }

  /** What the scripts take for each resource. */
  lockAndFence(resource: string): [lock: string, fence: string] {
    const tag = tagged(resource);
    return [`${this.prefix}lock:${tag}`, `${this.prefix}fence:${tag}`];
  }

  queue(resource: string): string {
    return `${this.prefix}queue:${tagged(resource)}`;
  }

  /** @returns undefined for a key that is no lock's */
  resourceOf(lockKey: string): string | undefined {
    const start = `${this.prefix}lock:{`;
    return lockKey.startsWith(start) ? lockKey.slice(start.length).replace('}', '') : undefined;
  }

  /** Matches every lock, for SCAN. */
  get everyLock(): string {
    return `${this.prefix.replace(/[*?[\]\\]/g, '\\$&')}lock:{*`;
  }

  value(key: string): string {
    return `${this.prefix}value:${key}`;
  }

  /** Where a process hears of its claims. */
  channel(id: string): string {
    return `${this.prefix}lock-process:${id}`;
  }
}

/** @throws LockUsageError for resources that do not share one hash tag */
export function requireOneHashTag(resources: readonly string[]): void {
  const tags = new Set(resources.map(firstSegment));
  for (const tag of tags) {
    if (tag === '' || /[{}]/.test(tag)) {
      throw new LockUsageError(
        resources,
        `A resource's first segment is its hash tag: it must be a name, not "${tag}".`,
      );
    }
  }
  if (tags.size > 1) {
    throw new LockUsageError(
      resources,
      `One call takes locks of one hash tag; these have ${[...tags].join(', ')}. Acquire them one after another.`,
    );
  }
}

function firstSegment(resource: string): string {
  const end = resource.indexOf(':');
  return end === -1 ? resource : resource.slice(0, end);
}

function tagged(resource: string): string {
  const tag = firstSegment(resource);
  return `{${tag}}${resource.slice(tag.length)}`;
}
