import { LockUsageError } from './errors.js';
import type { LockAbility, LockProvider } from './provider.js';

/** The longest lease or wait: Node's timers count no further than 2^31 - 1 ms. */
const MAX_MS = 2 ** 31 - 1;

/** @throws LockUsageError */
export function requireLease(resources: readonly string[], leaseMs: number, name = 'leaseMs'): void {
  if (Number.isInteger(leaseMs) && leaseMs > 0 && leaseMs <= MAX_MS) return;
  throw new LockUsageError(resources, `${name} must be a whole number from 1 to ${MAX_MS}, not ${leaseMs}.`);
}

/** Zero included, fractions too. @throws LockUsageError */
export function requireMilliseconds(resources: readonly string[], name: string, value: number): void {
  if (value >= 0 && value <= MAX_MS) return;
  throw new LockUsageError(resources, `${name} must be a number from 0 to ${MAX_MS}, not ${value}.`);
}

/** @throws LockUsageError */
export function requireTries(resources: readonly string[], tries: number): void {
  if (Number.isInteger(tries) && tries > 0) return;
  throw new LockUsageError(resources, `retry.tries must be a whole number from 1, not ${tries}.`);
}

/** @throws LockUsageError that names the provider and what it lacks */
export function requireAbility({ name, abilities }: LockProvider, ability: LockAbility): void {
  if (abilities.has(ability)) return;
  throw new LockUsageError(
    [],
    `The lock provider "${name}" cannot do "${ability}"; it can do ${[...abilities].join(', ') || 'nothing else'}.`,
  );
}
