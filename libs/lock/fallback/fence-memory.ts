import type { LockRequest } from '../provider.js';

/**
 * The highest fence of each resource that this process has seen on either side: the lowest that the other side may give
 * out, and one more for another claim, so that the two stores are one domain. Of the resources that were seen least
 * recently nothing is kept; there the stores' clocks carry the fences on, and the guarded record asks for a floor.
 */
export class FenceMemory {
  private readonly highest = new Map<string, { fence: number; token: string }>();
  private readonly capacity: number;

  constructor(capacity = 10_000) {
    this.capacity = capacity;
  }

  floors({ resources, token, floors }: Pick<LockRequest, 'resources' | 'token' | 'floors'>): number[] {
    return resources.map((resource, index) => {
      const seen = this.highest.get(resource);
      const lowest = seen ? seen.fence + (seen.token === token ? 0 : 1) : 0;
      return Math.max(floors[index] ?? 0, lowest);
    });
  }

  note(resources: readonly string[], fences: readonly number[], token: string): void {
    resources.forEach((resource, index) => {
      const fence = fences[index];
      if (fence === undefined) return;
      const seen = this.highest.get(resource);
      if (seen) this.highest.delete(resource);
      this.highest.set(resource, seen && seen.fence > fence ? seen : { fence, token });
      const [oldest] = this.highest.keys();
      if (this.highest.size > this.capacity && oldest !== undefined) this.highest.delete(oldest);
    });
  }
}
