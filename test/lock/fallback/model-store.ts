import type { ClaimEvent, Grant, LockAbility, LockClaim, LockRequest, Refusal } from '#lock';

interface Held {
  readonly token: string;
  readonly fence: number;
  until: number;
}

interface Place {
  readonly token: string;
  readonly floor: number;
  until: number;
}

/**
 * A store as simple as its promise: one resource a claim, a queue, values, a clock that may be wrong. Each call is one
 * step, applied now. What lies between it and a process is a ModelLink.
 */
export class ModelStore {
  readonly listeners = new Map<string, Set<(event: ClaimEvent) => void>>();
  private readonly locks = new Map<string, Held>();
  private readonly fences = new Map<string, number>();
  private readonly queues = new Map<string, Place[]>();
  private readonly values = new Map<string, { value: string; until: number }>();
  private readonly clockOffsetUs: number;

  constructor({ clockOffsetUs = 0 }: { clockOffsetUs?: number } = {}) {
    this.clockOffsetUs = clockOffsetUs;
  }

  acquire({
    resources: [resource = ''],
    token,
    leaseMs,
    placeMs,
    floors: [floor = 0],
  }: LockRequest): Grant | Refusal {
    const held = this.holder(resource);
    if (held?.token === token) {
      held.until = performance.now() + leaseMs;
      return { granted: true, fences: [held.fence] };
    }
    const first = this.first(resource);
    if (held || (first && first.token !== token)) {
      if (placeMs > 0) this.enter(resource, { token, floor, until: performance.now() + placeMs });
      return {
        granted: false,
        resource,
        remainingMs: (held?.until ?? performance.now()) - performance.now(),
      };
    }
    this.leave(resource, token);
    return { granted: true, fences: [this.grant(resource, { token, floor, leaseMs })] };
  }

  extend(
    { resources: [resource = ''], token }: LockClaim,
    leaseMs: number,
  ): { held: boolean; contended: boolean } {
    const held = this.holder(resource);
    if (held?.token !== token) return { held: false, contended: false };
    held.until = performance.now() + leaseMs;
    return { held: true, contended: this.first(resource) !== undefined };
  }

  release({ resources: [resource = ''], token }: LockClaim): boolean {
    this.leave(resource, token);
    if (this.holder(resource)?.token !== token) return false;
    this.locks.delete(resource);
    const next = this.first(resource);
    if (next) {
      this.leave(resource, next.token);
      const leaseMs = next.until - performance.now();
      const fence = this.grant(resource, { token: next.token, floor: next.floor, leaseMs });
      this.tell(next.token, { granted: true, fences: [fence] });
    }
    return true;
  }

  adopt({ resources, token }: LockClaim, successor: LockRequest): Grant | undefined {
    const [resource = ''] = resources;
    const held = this.holder(resource);
    if (!held || (held.token !== token && held.token !== successor.token)) return undefined;
    this.locks.set(resource, {
      ...held,
      token: successor.token,
      until: performance.now() + successor.leaseMs,
    });
    if (held.token === token) this.tell(token, { adopted: true });
    return { granted: true, fences: [held.fence] };
  }

  get(key: string): { value: string; remainingMs: number } | undefined {
    const found = this.values.get(key);
    const remainingMs = found ? found.until - performance.now() : 0;
    return found && remainingMs > 0 ? { value: found.value, remainingMs } : undefined;
  }

  set(key: string, value: string, ttlMs: number): void {
    this.values.set(key, { value, until: performance.now() + ttlMs });
  }

  holder(resource: string): Held | undefined {
    const held = this.locks.get(resource);
    return held && held.until > performance.now() ? held : undefined;
  }

  private grant(resource: string, claim: { token: string; floor: number; leaseMs: number }): number {
    const clockUs = Math.floor(performance.now() * 1_000) + this.clockOffsetUs;
    const fence = Math.max((this.fences.get(resource) ?? 0) + 1, claim.floor, clockUs);
    this.fences.set(resource, fence);
    this.locks.set(resource, { token: claim.token, fence, until: performance.now() + claim.leaseMs });
    return fence;
  }

  private first(resource: string): Place | undefined {
    const queue = (this.queues.get(resource) ?? []).filter(({ until }) => until > performance.now());
    this.queues.set(resource, queue);
    return queue[0];
  }

  private enter(resource: string, place: Place): void {
    const queue = this.queues.get(resource) ?? [];
    const mine = queue.find(({ token }) => token === place.token);
    if (mine) mine.until = place.until;
    else this.queues.set(resource, [...queue, place]);
  }

  private leave(resource: string, token: string): void {
    this.queues.set(
      resource,
      (this.queues.get(resource) ?? []).filter((place) => place.token !== token),
    );
  }

  private tell(token: string, event: ClaimEvent): void {
    for (const listener of this.listeners.get(token) ?? []) listener(event);
  }
}

export const MODEL_ABILITIES: ReadonlySet<LockAbility> = new Set<LockAbility>([
  'distributed',
  'fencing',
  'fair',
  'handOver',
  'sharedValues',
]);
