import type { LockClaim } from './provider.js';

/** Hears that the lock is its own from now on, for what is left of the holder's lease. */
export type Heir = (holderValidUntil: number) => void;

/**
 * Who comes right behind a lock of this process, by promise of the store: it begins when the release of that very lock is
 * on its way, and need not wait for what the store says to it.
 */
export class Heirs {
  private readonly byHolder = new Map<string, Heir>();

  expect(resource: string, holderToken: string, heir: Heir): void {
    this.byHolder.set(key(resource, holderToken), heir);
  }

  forget(resource: string, holderToken: string): void {
    this.byHolder.delete(key(resource, holderToken));
  }

  /** The release of these has been sent. */
  succeed({ resources, token }: LockClaim, holderValidUntil: number): void {
    if (this.byHolder.size === 0) return;
    for (const resource of resources) {
      const heir = this.byHolder.get(key(resource, token));
      this.forget(resource, token);
      heir?.(holderValidUntil);
    }
  }
}

function key(resource: string, holderToken: string): string {
  return `${holderToken} ${resource}`; // a token has no spaces
}
