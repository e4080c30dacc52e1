import { randomUUID } from 'node:crypto';
import type { LockProvider } from '../provider.js';

/** The first segment of the chain's own resources. */
export const RESERVED = 'lock-chain';
const LEASE_MS = 1_000;

export function isReserved(resource: string): boolean {
  return resource === RESERVED || resource.startsWith(`${RESERVED}:`);
}

/** Tells whether a store takes locks now: by taking one that nobody else asks for. */
export function probeOf(store: LockProvider): () => Promise<boolean> {
  const id = randomUUID();
  const claim = { resources: [`${RESERVED}:probe:${id}`], token: id };
  return async () => {
    try {
      await store.acquire({
        ...claim,
        owner: RESERVED,
        leaseMs: LEASE_MS,
        floors: [0],
        placeMs: 0,
        replicaAcks: 0,
      });
    } catch {
      return false;
    }
    store.release(claim).catch(() => undefined); // its lease ends it
    return true;
  };
}
