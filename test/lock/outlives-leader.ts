import { expect } from '@jest/globals';
import { LockManager, LockUnavailableError, type LockProvider } from '#lock';
import { sleep, until } from './timing.js';

/** A new leader is elected within one to two seconds, and a command is tried twice before. */
const LEASE_MS = 6_000;

/**
 * Three processes take turns while the leader of their store is killed: what is held stays so, others are granted one at a
 * time, and fences grow.
 */
export async function outlivesLeader(
  open: () => LockProvider,
  killLeader: () => Promise<void>,
): Promise<void> {
  const manager = () => new LockManager(open(), { breakerOpenMs: 100 });
  const managers = [manager(), manager(), manager()] as const;
  const fences: number[] = [];
  let inside = 0;
  let goesOn = true;
  const work = async (locks: LockManager): Promise<void> => {
    const turn = () =>
      locks.using('hot', { leaseMs: LEASE_MS, waitMs: 10_000 }, async ({ fence }) => {
        inside += 1;
        expect(inside).toBe(1);
        fences.push(fence);
        await sleep(2);
        inside -= 1;
      });
    while (goesOn) {
      await turn().catch((error: unknown) => {
        if (!(error instanceof LockUnavailableError)) throw error;
      });
      await sleep(5);
    }
  };
  const workers = managers.map(work);
  try {
    // Servers that have just found each other may turn somebody away once more.
    await until(() => fences.length > 20, { withinMs: 20_000, what: 'locks are granted' });
    const held = await managers[0].acquire('kept', { leaseMs: LEASE_MS, waitMs: 0 });
    await killLeader();
    const before = fences.length;
    await until(() => fences.length > before + 50, { withinMs: 30_000, what: 'locks are granted again' });
    await sleep(LEASE_MS);
    expect(held.signal.aborted).toBe(false);
    expect(await managers[1].tryAcquire('kept', { leaseMs: LEASE_MS })).toBeNull();
    expect(await held.extend(LEASE_MS)).toBe(true);
  } finally {
    goesOn = false;
    await Promise.all(workers);
    for (const locks of managers) await locks.close();
  }
  expect(fences).toEqual([...fences].sort((one, other) => one - other));
  expect(new Set(fences).size).toBe(fences.length);
}
