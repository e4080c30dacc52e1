import { nextFence } from '../next-fence.js';

/** As long as the largest of them, so that etcd compares them as numbers when it compares bytes. */
const DIGITS = String(Number.MAX_SAFE_INTEGER).length;
/** Of the resources that were seen least recently nothing is kept: that costs their next attempt a second try. */
const MAX_RESOURCES = 10_000;

/**
 * The next fence of a resource: above the last one that this process knows of, no lower than the floor, and no lower than
 * the clock in microseconds, which the fences of all providers follow. Whether it is above the last one of all, etcd decides
 * when it grants.
 */
export class LastFences {
  private readonly byResource = new Map<string, number>();

  /** Whether etcd has, or had, a last fence of the resource. */
  isKnown(resource: string): boolean {
    return this.byResource.has(resource);
  }

  /** @throws RangeError when there is none below 2^53 */
  next(resource: string, floor: number): number {
    return nextFence(this.byResource.get(resource) ?? 0, floor);
  }

  /** @param fence undefined: etcd has none */
  note(resource: string, fence: number | undefined): void {
    this.byResource.delete(resource);
    if (fence === undefined) return;
    this.byResource.set(resource, fence);
    const [oldest] = this.byResource.keys();
    if (this.byResource.size > MAX_RESOURCES && oldest !== undefined) this.byResource.delete(oldest);
  }
}

export function encodeFence(fence: number): string {
  return String(fence).padStart(DIGITS, '0');
}
