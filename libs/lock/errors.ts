/** Every error of this library: which resources it is about, and in its message what the caller can do. */
export class LockError extends Error {
  override readonly name: string = 'LockError';
  readonly resources: readonly string[];

  constructor(resources: readonly string[], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.resources = resources;
  }

  /** The resource, or the first in order where the call named several. */
  get resource(): string {
    return this.resources[0] ?? '';
  }
}

/** The call itself is wrong: a missing resource, a lease of no length, resources that this provider cannot take at once. */
export class LockUsageError extends LockError {
  override readonly name = 'LockUsageError';
}

/** One try was asked for (`waitMs: 0`) and somebody else holds the lock, or too many already wait for it here. */
export class LockContendedError extends LockError {
  override readonly name = 'LockContendedError';

  constructor(resources: readonly string[], reason = 'is held by somebody else') {
    super(resources, `${named(resources)} ${reason}. Give the call a waitMs, or come back later.`);
  }
}

/** `waitMs` has passed without a grant; nothing is held and nothing will be. */
export class LockWaitTimeoutError extends LockError {
  override readonly name = 'LockWaitTimeoutError';
  readonly waitMs: number;

  constructor(resources: readonly string[], waitMs: number) {
    super(
      resources,
      `${named(resources)} did not become free within ${waitMs} ms. Try again later, or wait longer.`,
    );
    this.waitMs = waitMs;
  }
}

/** The lock was held and no longer is: its lease ended, or its key was taken away, before it was released. */
export class LockLostError extends LockError {
  override readonly name = 'LockLostError';

  constructor(resources: readonly string[], reason: string, cause?: unknown) {
    super(
      resources,
      `${named(resources)} was lost: ${reason}. Another holder may be at work: stop writing, acquire again.`,
      cause,
    );
  }
}

/** A hand-over ticket that is not one, or not any more: altered, cut short, expired, or adopted by somebody else. */
export class LockTicketError extends LockError {
  override readonly name = 'LockTicketError';

  constructor(resources: readonly string[], reason: string) {
    super(resources, `The hand-over ticket ${reason}. Nothing has changed: acquire the lock anew.`);
  }
}

/**
 * The store cannot be reached, refuses writes or answers too late: the lock is not held. Do without the lock where the
 * record has a guard of its own, or try again in a second.
 */
export class LockUnavailableError extends LockError {
  override readonly name: string = 'LockUnavailableError';
  /** `unknown`: the command may have been applied, so that only the same token may try again. `none`: it was not. */
  readonly outcome: 'unknown' | 'none';

  constructor(resources: readonly string[], cause: unknown, outcome: 'unknown' | 'none') {
    super(
      resources,
      `${named(resources)}: the lock store is not available (${messageOf(cause)}). Go on without the lock, or try again shortly.`,
      cause,
    );
    this.outcome = outcome;
  }
}

/** The store is there, but fewer replicas than `replicaAcks` have acknowledged the grant, which was taken back. */
export class LockUnacknowledgedError extends LockUnavailableError {
  override readonly name = 'LockUnacknowledgedError';

  constructor(resources: readonly string[], { count, wanted }: { count: number; wanted: number }) {
    super(resources, new Error(`${count} of ${wanted} replicas have acknowledged the grant`), 'none');
  }
}

/** The caller's signal, or the closing of the manager, ended the call; nothing is held. */
export class LockAbortedError extends LockError {
  override readonly name = 'LockAbortedError';

  constructor(resources: readonly string[], cause: unknown) {
    super(
      resources,
      `${named(resources)}: the call was aborted (${messageOf(cause)}). Nothing is held, nothing is left to do.`,
      cause,
    );
  }
}

function named(resources: readonly string[]): string {
  const [first = 'no resource', ...others] = resources;
  return others.length === 0 ? `Lock ${first}` : `Lock ${first} (and ${others.length} more)`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
