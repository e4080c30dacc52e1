/** Who asks, for what: the same claim extends and releases what it acquired. */
export interface LockClaim {
  /** Sorted and without duplicates. */
  readonly resources: readonly string[];
  /** Unique for one acquisition, and the same in each of its attempts. */
  readonly token: string;
}

export interface LockRequest extends LockClaim {
  readonly leaseMs: number;
  /** The lowest acceptable fence of each resource, in the order of `resources`. */
  readonly floors: readonly number[];
}

/** All resources are held for the lease, which the store counts from when it applied the command. */
export interface Grant {
  readonly granted: true;
  /** One fence a resource, in the order of `resources`. */
  readonly fences: readonly number[];
}

/** None of the resources is held by this claim. */
export interface Refusal {
  readonly granted: false;
  /** The first resource that another holds, and for how long unless it is renewed. */
  readonly resource: string;
  readonly remainingMs: number;
}

export interface Release {
  /** Every resource was still held by the claim. */
  readonly complete: boolean;
  /** Other processes wait for one of the resources. */
  readonly awaitedElsewhere: boolean;
}

/**
 * A store that keeps locks. Each operation is one step in the store, all or none, and idempotent for one token, so
 * that a lost reply can be answered by sending the same again. A store that cannot be reached, refuses or does not
 * answer in time rejects with LockUnavailableError, and never grants.
 */
export interface LockProvider {
  /** @throws LockUsageError for resources that it cannot take in one step, before anything is sent */
  check(resources: readonly string[]): void;
  acquire(request: LockRequest): Promise<Grant | Refusal>;
  /** Counts the lease anew; false, and nothing changed, unless the claim still holds every resource. */
  extend(claim: LockClaim, leaseMs: number): Promise<boolean>;
  /** Frees what the claim holds, and nothing that another holds. */
  release(claim: LockClaim): Promise<Release>;
  /**
   * Calls `wake` after each release of the resource, and whenever one may have been missed: above all once the watch
   * is in place. It may fail to call; nobody may rely on it alone.
   * @returns ends the watch
   */
  watch(resource: string, wake: () => void): () => void;
  close(): Promise<void>;
}
