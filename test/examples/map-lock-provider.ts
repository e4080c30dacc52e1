import type { Extension, Grant, LockAbility, LockClaim, LockProvider, LockRequest, Refusal } from '#lock';

export interface Hold {
  readonly token: string;
  readonly endsAt: number;
}

/** The least that is a lock provider: exclusion and leases, in a map. Each method is one step of the store. */
export class MapLockProvider implements LockProvider {
  readonly name = 'map';
  readonly abilities: ReadonlySet<LockAbility> = new Set(); // a map that all processes share would be `distributed`

  /** @param holds what it shares with others, as they would share a server */
  constructor(private readonly holds: Map<string, Hold>) {}

  check(): void {
    // Any resources can be taken in one step.
  }

  /** The same token succeeds again: that is how a lost reply is answered. */
  acquire({ resources, token, leaseMs }: LockRequest): Promise<Grant | Refusal> {
    const now = performance.now();
    for (const resource of resources) {
      const hold = this.holds.get(resource);
      if (hold && hold.token !== token && hold.endsAt > now)
        return Promise.resolve({ granted: false, resource, remainingMs: hold.endsAt - now });
    }
    for (const resource of resources) this.holds.set(resource, { token, endsAt: now + leaseMs });
    return Promise.resolve({ granted: true, fences: [] });
  }

  extend(claim: LockClaim, leaseMs: number): Promise<Extension> {
    const held = this.has(claim);
    const hold = { token: claim.token, endsAt: performance.now() + leaseMs };
    if (held) for (const resource of claim.resources) this.holds.set(resource, hold);
    return Promise.resolve({ held, contended: false });
  }

  release(claim: LockClaim): Promise<boolean> {
    const held = this.has(claim);
    for (const resource of claim.resources)
      if (this.holds.get(resource)?.token === claim.token) this.holds.delete(resource);
    return Promise.resolve(held);
  }

  /** It cannot tell anybody anything: who waits asks again. */
  watch(): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private has({ resources, token }: LockClaim): boolean {
    const now = performance.now();
    return resources.every((resource) => {
      const hold = this.holds.get(resource);
      return hold?.token === token && hold.endsAt > now;
    });
  }
}
