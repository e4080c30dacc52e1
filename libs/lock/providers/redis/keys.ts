import { LockUsageError } from '../../errors.js';

/**
 * Where a resource lives: `inventory:item:7:deduct` → `<prefix>lock:{inventory}:item:7:deduct`. The first segment is
 * the hash tag, so that the locks of one business share a cluster slot and one script takes them all.
 */
export class LockKeys {
  private readonly prefix: string;

  constructor(prefix: string) {
    if (/[{}]/.test(prefix))
      throw new LockUsageError([], 'keyPrefix must not contain braces: they make hash tags.');
    this.prefix = prefix;
  }

  /** Also the channel on which its release is announced. */
  lock(resource: string): string {
    return `${this.prefix}lock:${tagged(resource)}`;
  }

  fence(resource: string): string {
    return `${this.prefix}fence:${tagged(resource)}`;
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
