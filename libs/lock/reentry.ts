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
