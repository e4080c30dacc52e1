import type { LockAbility, LockProvider } from './provider.js';

export interface TryAcquireOptions {
  /** How long the store keeps the lock without a renewal. Whole milliseconds. */
  leaseMs: number;
  /** After this long the watchdog stops renewing; 0: it never renews. Default: the manager's. */
  maxHoldMs?: number;
  /** The lowest fence that the guarded record still accepts, for all resources or for each. */
  floor?: number | ReadonlyMap<string, number>;
  /** Ends the call while it waits; it has no effect once the lock is held. */
  signal?: AbortSignal;
  /** Who holds it, for people and for `releaseAll`. One line. Default: the manager's. */
  owner?: string;
  /** Stands for this acquisition in the store instead of a generated one. The caller sees to it that it is unique,
   *  also among those that ended less than a lease ago. */
  value?: string;
  /** How many replicas must have the grant, or the call fails with LockUnavailableError. Default: 0. */
  replicaAcks?: number;
  /** Another one of the manager's providers, by name. */
  provider?: string;
  /**
   * How many may hold the resource together: all that call with this same number, from 2 on, are a semaphore's holders,
   * and with Infinity readers. They exclude whoever calls with another number, or none: a writer. For one resource, from a
   * provider with `sharing`. Default: 1, nobody else.
   */
  permits?: number;
  /**
   * Inside a `using` of this manager that holds the resources: the same lock once more, as it is; the other options do
   * not count then. Default: false.
   */
  reentrant?: boolean;
}

export interface AcquireOptions extends TryAcquireOptions {
  /** How long to wait for a lock that another holds; 0 is one try. */
  waitMs: number;
  /** Instead of waiting in the queue: so many tries, with these pauses, within `waitMs` unless that is 0. */
  retry?: RetryOptions;
}

export interface RetryOptions {
  /** The first one included. */
  tries: number;
  /** Between two tries; `attempt` counts from 1. */
  delayMs: number | ((attempt: number) => number);
}

export type AcquireSomeOptions = Pick<
  AcquireOptions,
  'leaseMs' | 'waitMs' | 'maxHoldMs' | 'floor' | 'signal' | 'owner' | 'provider'
>;

export type AdoptOptions = Partial<Pick<TryAcquireOptions, 'leaseMs' | 'maxHoldMs' | 'owner'>>;

export interface LockManagerOptions {
  /** Names this process among those that hold locks. Default: host name, process number and a random part. */
  owner?: string;
  /** Further providers that one call can name; their keys are the names. */
  providers?: Readonly<Record<string, LockProvider>>;
  /** What the calls will need of the provider: the constructor throws LockUsageError where it lacks one. */
  requires?: readonly LockAbility[];
  /** How long calls fail at once after the store was found to be away. Default: 1,000. */
  breakerOpenMs?: number;
  /** Calls that may wait for one resource in this process; further ones hear LockContendedError. Default: 10,000. */
  maxWaiting?: number;
  /** The watchdog's limit where a call names none, so that a job that hangs does not hold for ever. Default: 15 minutes. */
  maxHoldMs?: number;
}
