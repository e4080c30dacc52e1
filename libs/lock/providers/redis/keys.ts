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

  /** The scripts put other words for `lock` to name what belongs to it: `queue`, `places`, `holders`, `shares`. */
  lock(resource: string): string {
    return `${this.prefix}lock:${tagged(resource)}`;
  }

  /** Adds what the scripts take for each resource: its lock, its last fence. */
  push(keys: string[], resource: string): void {
    const tag = tagged(resource);
    keys.push(`${this.prefix}lock:${tag}`, `${this.prefix}fence:${tag}`);
  }

  queue(resource: string): string {
    return `${this.prefix}queue:${tagged(resource)}`;
  }

  /** Who holds a permit, and until when; and what there is to say of each. */
  permits(resource: string): { readonly holders: string; readonly shares: string } {
    const tag = tagged(resource);
    return { holders: `${this.prefix}holders:${tag}`, shares: `${this.prefix}shares:${tag}` };
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

  /** Where a process hears of its claims; behind it with `:contended` who begins to wait for what it holds. */
  channel(id: string): string {
    return `${this.prefix}lock-process:${id}`;
  }
}

/** @throws LockUsageError for resources that do not share one hash tag */
export function requireOneHashTag(resources: readonly string[]): void {
  const [first = ''] = resources;
  const tag = hashTagOf(first);
  if (tag === '' || tag.includes('{') || tag.includes('}')) {
    throw new LockUsageError(
      resources,
      `A resource's first segment is its hash tag: it must be a name, not "${tag}".`,
    );
  }
  const other = resources.find((resource) => hashTagOf(resource) !== tag);
  if (other === undefined) return;
  throw new LockUsageError(
    resources,
    `One call takes locks of one hash tag; these have ${tag} and ${hashTagOf(other)}, and a Redis Cluster may keep them on different nodes. Begin their names alike, or acquire them one after another.`,
  );
}

/** Without its braces: the first segment. */
export function hashTagOf(resource: string): string {
  const end = resource.indexOf(':');
  return end === -1 ? resource : resource.slice(0, end);
}

function tagged(resource: string): string {
  const tag = hashTagOf(resource);
  return `{${tag}}${resource.slice(tag.length)}`;
}

/** As the scripts have it. */
export function permitsText(permits: number): string {
  return permits === Infinity ? 'inf' : String(permits);
}

/** @returns undefined for the value of a lock that one claim holds alone */
export function permitsIn(lockValue: string): number | undefined {
  const [, permits] = /^shared by (\S+)$/.exec(lockValue) ?? [];
  return permits === undefined ? undefined : permits === 'inf' ? Infinity : Number(permits);
}
