import { AsyncLocalStorage } from 'node:async_hooks';
import { LockUsageError } from './errors.js';
import type { HeldLock } from './held-lock.js';
import type { Lock } from './lock.js';

interface Context {
  readonly lock: Lock;
  readonly held: HeldLock;
  readonly outer: Context | undefined;
}

const contexts = new AsyncLocalStorage<Context>();

/** The lock of the innermost `using` that this code runs in. */
export function currentLock(): Lock | undefined {
  return contexts.getStore()?.lock;
}

export function runUnder<T>(lock: Lock, held: HeldLock, job: () => Promise<T>): Promise<T> {
  return contexts.run({ lock, held, outer: contexts.getStore() }, job);
}

/**
 * The lock of an enclosing `using` that holds the resources; undefined when none holds any of them.
 * @param isOwn tells the locks of one manager from those of others
 * @throws LockUsageError when one holds some of them: taking the rest could wait for somebody who waits for this one
 */
export function enclosing(
  resources: readonly string[],
  isOwn: (held: HeldLock) => boolean,
): HeldLock | undefined {
  for (let context = contexts.getStore(); context; context = context.outer) {
    const { held } = context;
    if (!isOwn(held) || !held.isHeld()) continue;
    const shared = resources.filter((resource) => held.resources.includes(resource));
    if (shared.length === resources.length) return held;
    if (shared.length > 0) {
      throw new LockUsageError(
        resources,
        `A re-entry takes nothing new: the lock around it holds only ${shared.join(', ')}.`,
      );
    }
  }
  return undefined;
}

/** One more handle of a lock that is held already. */
export class Reentry implements Lock {
  private readonly held: HeldLock;
  private releasing: Promise<boolean> | undefined;

  constructor(held: HeldLock) {
    this.held = held;
  }

  get resources(): readonly string[] {
    return this.held.resources;
  }

  get fences(): ReadonlyMap<string, number> {
    return this.held.fences;
  }

  get fence(): number {
    return this.held.fence;
  }

  get signal(): AbortSignal {
    return this.held.signal;
  }

  isHeld(): boolean {
    return this.releasing === undefined && this.held.isHeld();
  }

  extend(leaseMs: number): Promise<boolean> {
    return this.held.extend(leaseMs);
  }

  release(): Promise<boolean> {
    this.releasing ??= this.held.releaseHandle();
    return this.releasing;
  }

  isContended(): Promise<boolean> {
    return this.held.isContended();
  }

  onContended(listener: () => void): void {
    this.held.onContended(listener);
  }

  releaseAfter(): Promise<boolean> {
    return Promise.reject(outermostOnly(this, 'releaseAfter'));
  }

  yieldIfContended(): Promise<boolean> {
    return Promise.reject(outermostOnly(this, 'yieldIfContended'));
  }

  handOver(): Promise<string> {
    return Promise.reject(outermostOnly(this, 'handOver'));
  }

  reenter(): Lock {
    return this.held.reenter();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }
}

function outermostOnly({ resources }: Lock, call: string): LockUsageError {
  return new LockUsageError(
    resources,
    `${call} is for the handle that acquire returned, not for a re-entry.`,
  );
}
