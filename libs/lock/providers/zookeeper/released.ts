import type { Look } from './look.js';

/** Of the locks that were released longest ago nothing is kept: the next attempt looks first. */
const MAX_LOCKS = 10_000;

/**
 * Locks that this process was the last to hold, as far as it knows, and that nobody waited for: to take one of them needs no
 * look.
 */
export class Released {
  private readonly byResource = new Map<string, Look>();

  clear(): void {
    this.byResource.clear();
  }

  note(look: Look): void {
    this.byResource.delete(look.resource);
    this.byResource.set(look.resource, look);
    const [oldest] = this.byResource.keys();
    if (this.byResource.size > MAX_LOCKS && oldest !== undefined) this.byResource.delete(oldest);
  }

  /** @returns undefined unless all of them are known; each is told once */
  take(resources: readonly string[]): readonly Look[] | undefined {
    const looks = resources.flatMap((resource) => this.byResource.get(resource) ?? []);
    for (const resource of resources) this.byResource.delete(resource);
    return looks.length === resources.length ? looks : undefined;
  }
}
