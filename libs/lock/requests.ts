import { randomUUID } from 'node:crypto';
import { LockUsageError } from './errors.js';
import type { TryAcquireOptions } from './options.js';
import type { LockProvider, LockRequest } from './provider.js';
import { requireAbility, requireLease, requireMilliseconds } from './requirements.js';

const MAX_RESOURCES = 1_000;
/** Microseconds reach it in 2112; half of the whole numbers that a double holds are left to grow above it. */
const MAX_FLOOR = 2 ** 52;
/** How long a waiting claim keeps its place in the store's queue after its process was last heard of. */
const MAX_PLACE_MS = 2_000;
const MAX_REPLICAS = 100;
const MAX_PERMITS = 100_000;

/** Checks calls and makes requests of them, each with a token of its own. */
export class Requests {
  private readonly process = randomUUID();
  private readonly owner: string;
  private count = 0;

  constructor(owner: string) {
    this.owner = requireOwner(owner);
  }

  /** @throws LockUsageError */
  make(
    provider: LockProvider,
    given: string | readonly string[],
    options: Omit<TryAcquireOptions, 'signal'>,
    { mayQueue }: { mayQueue: boolean },
  ): LockRequest {
    const { leaseMs, floor = 0, owner, value, replicaAcks = 0, permits = 1 } = options;
    const resources = typeof given === 'string' ? [given] : [...new Set(given)].sort();
    requireCount(resources);
    if (resources.some((resource) => typeof resource !== 'string' || resource === '')) {
      throw new LockUsageError([], 'A resource is a text that is not empty.');
    }
    requireOptions(provider, resources, options);
    return {
      resources,
      token: value === undefined ? this.token() : requireValue(resources, value),
      owner: owner === undefined ? this.owner : requireOwner(owner),
      leaseMs,
      floors: floorsOf(resources, floor),
      placeMs: mayQueue ? Math.min(MAX_PLACE_MS, leaseMs) : 0,
      replicaAcks,
      ...(permits > 1 ? { permits } : {}),
    };
  }

  private token(): string {
    this.count += 1;
    return `${this.process}:${this.count}`;
  }
}

/** @throws LockUsageError */
export function requireCount(resources: readonly string[]): void {
  if (resources.length > 0 && resources.length <= MAX_RESOURCES) return;
  throw new LockUsageError(
    resources,
    `One call takes 1 to ${MAX_RESOURCES} resources, not ${resources.length}.`,
  );
}

/** What a call may ask for, whichever resources it is for. @throws LockUsageError */
export function requireOptions(
  provider: LockProvider,
  resources: readonly string[],
  { leaseMs, maxHoldMs = 0, replicaAcks = 0, permits = 1 }: TryAcquireOptions,
): void {
  requireLease(resources, leaseMs);
  requireMilliseconds(resources, 'maxHoldMs', maxHoldMs);
  if (provider.maxLeaseMs !== undefined && leaseMs > provider.maxLeaseMs) {
    throw new LockUsageError(
      resources,
      `A lease of ${leaseMs} ms is longer than maxLeaseMs of the provider "${provider.name}", ${provider.maxLeaseMs} ms.`,
    );
  }
  if (!Number.isInteger(replicaAcks) || replicaAcks < 0 || replicaAcks > MAX_REPLICAS) {
    throw new LockUsageError(resources, `replicaAcks must be a whole number from 0 to ${MAX_REPLICAS}.`);
  }
  if (replicaAcks > 0) requireAbility(provider, 'replicaAcks');
  if (permits !== 1) requirePermits(provider, resources, { permits, replicaAcks });
  if (resources.length > 0) provider.check(resources);
}

function requirePermits(
  provider: LockProvider,
  resources: readonly string[],
  { permits, replicaAcks }: { permits: number; replicaAcks: number },
): void {
  const isWhole = Number.isInteger(permits) && permits >= 1 && permits <= MAX_PERMITS;
  if (!isWhole && permits !== Infinity) {
    throw new LockUsageError(
      resources,
      `permits must be a whole number from 1 to ${MAX_PERMITS}, or Infinity.`,
    );
  }
  requireAbility(provider, 'sharing');
  if (resources.length > 1) throw new LockUsageError(resources, 'Permits are of one resource.');
  if (replicaAcks > 0) throw new LockUsageError(resources, 'A permit waits for no replicas.');
}

function floorsOf(resources: readonly string[], floor: number | ReadonlyMap<string, number>): number[] {
  if (floor === 0) return resources.map(() => 0);
  const floors = resources.map((resource) =>
    typeof floor === 'number' ? floor : (floor.get(resource) ?? 0),
  );
  if (floors.every((lowest) => Number.isInteger(lowest) && lowest >= 0 && lowest <= MAX_FLOOR)) return floors;
  throw new LockUsageError(resources, 'A floor must be a whole number from 0 to 2^52.');
}

function requireValue(resources: readonly string[], value: string): string {
  if (/^\S{1,200}$/.test(value)) return value;
  throw new LockUsageError(resources, 'A value has 1 to 200 characters and no whitespace.');
}

function requireOwner(owner: string): string {
  if (/^[^\r\n]{1,200}$/.test(owner)) return owner;
  throw new LockUsageError([], 'An owner has 1 to 200 characters on one line.');
}
