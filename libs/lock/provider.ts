/** Who asks, for what: the same claim extends and releases what it acquired. */
export interface LockClaim {
  /** Sorted and without duplicates. */
  readonly resources: readonly string[];
  /** Unique for one acquisition, and the same in each of its attempts. Without whitespace. */
  readonly token: string;
  /**
   * How many claims with this same number may hold the resource at once; Infinity for readers. Absent: this one alone.
   * Only of a provider with `sharing`, and with a single resource.
   */
  readonly permits?: number;
}

export interface LockRequest extends LockClaim {
  readonly leaseMs: number;
  /** Who will hold it, for people and for `releaseAll`; several claims may share one. On one line. */
  readonly owner: string;
  /** The lowest acceptable fence of each resource, in the order of `resources`. */
  readonly floors: readonly number[];
  /**
   * How long a refused claim keeps its place in the store's queue, counted anew by each attempt; 0 leaves no trace.
   * A provider without `fair` has no queue.
   */
  readonly placeMs: number;
  /** How many replicas must have the grant before it counts; asked only of a provider with `replicaAcks`. */
  readonly replicaAcks: number;
}

/** All resources are held for the lease, which the store counts from when it applied the command. */
export interface Grant {
  readonly granted: true;
  /** One fence a resource, in the order of `resources`; empty without `fencing`. */
  readonly fences: readonly number[];
}

/** None of the resources is held by this claim. */
export interface Refusal {
  readonly granted: false;
  /** The first resource that another holds, or stands in front of. */
  readonly resource: string;
  /** For how long unless it is renewed; negative where the store cannot know. */
  readonly remainingMs: number;
  /**
   * A claim that comes right behind a holder of this same provider object: the release of that token makes it the holder,
   * so that it may begin as soon as that release is on its way. Only from a provider that applies the commands of one
   * object in the order in which they were sent.
   */
  readonly promised?: { readonly behind: string; readonly fences: readonly number[] };
}

export interface Extension {
  /** Every resource was held by the claim, and is for the new lease; else nothing was changed. */
  readonly held: boolean;
  /** Others stand in the store's queue for one of the resources. */
  readonly contended: boolean;
}

/**
 * What a claim may be told:
 * - `granted`: the store made it the holder, until `placeMs` after it applied the claim's last attempt;
 * - `look`: something may have changed: an attempt may succeed now, a holder may be contended;
 * - `adopted`: another process took over what the claim held;
 * - `contended`: another begins to wait for what the claim holds.
 */
export type ClaimEvent =
  Grant | { readonly look: true } | { readonly adopted: true } | { readonly contended: true };

/** One lock that is held, for people. */
export interface LockInfo extends LockClaim {
  readonly resource: string;
  readonly owner: string;
  /** The fence, or null where the provider has none. */
  readonly fence: number | null;
  /** Milliseconds since 1970, on the store's clock. */
  readonly acquiredAtMs: number;
  readonly expiresAtMs: number;
  /** Places in the store's queue: one for each process that waits. */
  readonly waiters: number;
}

/** Values that all processes see, for `singleFlight`. */
export interface SharedValues {
  get(key: string): Promise<{ value: string; remainingMs: number } | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * What a provider promises beyond exclusion within one process:
 * - `distributed`: it excludes other processes;
 * - `fencing`: a grant carries a fence per resource, higher than that of every earlier grant;
 * - `fair`: refused claims queue in the store, first come, first served, and a release grants to the first;
 * - `contentionEvents`: the holder of a lock is told at once when another process begins to wait for it;
 * - `handOver`: a held lock changes hands atomically (`adopt`);
 * - `inspection`: what is held can be listed (`list`), which `releaseAll` needs;
 * - `sharing`: several claims hold a resource together, up to their `permits`;
 * - `sharedValues`: `singleFlight` shares its value between processes (`values`);
 * - `replicaAcks`: a grant can wait for the acknowledgement of replicas.
 */
export type LockAbility =
  | 'distributed'
  | 'fencing'
  | 'fair'
  | 'contentionEvents'
  | 'handOver'
  | 'inspection'
  | 'sharing'
  | 'sharedValues'
  | 'replicaAcks';

/**
 * A store that keeps locks. Each operation is one step in the store, all or none, and idempotent for one token, so
 * that a lost reply can be answered by sending the same again. A store that cannot be reached, refuses or does not
 * answer in time rejects with LockUnavailableError, and never grants.
 */
export interface LockProvider {
  /** As users name it: `redis`. */
  readonly name: string;
  readonly abilities: ReadonlySet<LockAbility>;
  /** Longer leases are refused before anything is sent. */
  readonly maxLeaseMs?: number;
  /** @throws LockUsageError for resources that it cannot take in one step, before anything is sent */
  check(resources: readonly string[]): void;
  /** One attempt. With `placeMs` a refused claim queues, or keeps its place. */
  acquire(request: LockRequest): Promise<Grant | Refusal>;
  /** Several requests of one resource each, decided one by one but sent together. Absent: sent one by one. */
  acquireSome?(requests: readonly LockRequest[]): Promise<readonly (Grant | Refusal)[]>;
  /** Counts the lease anew; nothing changes unless the claim still holds every resource. */
  extend(claim: LockClaim, leaseMs: number): Promise<Extension>;
  /**
   * Frees what the claim holds, gives up its places in the queues, and touches nothing of another.
   * @returns whether every resource was still held by the claim
   */
  release(claim: LockClaim): Promise<boolean>;
  /**
   * Hears, as far as the store can tell, what happens to the claim. It may stay silent; nobody may rely on it alone.
   * Called before the first attempt, so that no event falls between the two: it must cost nothing until one is refused,
   * unless `atOnce` says that an event may come without an attempt.
   * @returns ends it
   */
  watch(claim: LockClaim, listener: (event: ClaimEvent) => void, options?: { atOnce?: boolean }): () => void;
  /**
   * `handOver`: what `claim` holds belongs to `successor` from now on, with the same fences and a lease counted anew.
   * The claim is told `adopted`. @returns undefined, and nothing changed, unless the claim held every resource
   */
  adopt?(claim: LockClaim, successor: LockRequest): Promise<Grant | undefined>;
  /** `inspection`: what is held now, at most `limit` locks. */
  list?(limit: number): Promise<readonly LockInfo[]>;
  /** `sharedValues`. */
  readonly values?: SharedValues;
  close(): Promise<void>;
}
