/** Hears that the lock is its own from now on, for what is left of the holder's lease. */
export type Heir = (holderValidUntil: number) => void;

/**
 * Who comes right behind a lock of this process, by promise of the store: it begins when the release is on its way, and
 * need not wait for what the store says to it.
 */
export class Heirs {
  private readonly byResource = new Map<string, Heir>();

  expect(resource: string, heir: Heir): void {
    this.byResource.set(resource, heir);
  }

  forget(resource: string, heir: Heir): void {
    if (this.byResource.get(resource) === heir) this.byResource.delete(resource);
  }

  /** The release of these has been sent. */
  succeed(resources: readonly string[], holderValidUntil: number): void {
    for (const resource of resources) {
      const heir = this.byResource.get(resource);
      this.byResource.delete(resource);
      heir?.(holderValidUntil);
    }
  }
}
