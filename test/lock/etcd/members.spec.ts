import { describe, expect, test } from '@jest/globals';
import { startEtcdCluster, type LocalEtcd } from '#local';
import { LockManager, LockUnavailableError } from '#lock';
import { EtcdLockProvider } from '#lock/etcd';
import { ensureEtcdProgram } from '../../../local/etcd-program.js';
import { startedOrMissing } from '../conformance/servers.js';
import { sleep, until } from '../timing.js';

const { missing } = await startedOrMissing(ensureEtcdProgram, () => Promise.resolve());
const describeWithEtcd = missing === undefined ? describe : describe.skip;

/** A new leader is elected within one to two seconds, and a command is tried twice before. */
const LEASE_MS = 6_000;

describeWithEtcd('an etcd of three members', () => {
  test('loses its leader and no lock: what is held stays so, and others are granted one at a time', async () => {
    const members = await startEtcdCluster(3);
    const urls = members.map(({ url }) => url);
    const open = () =>
      new LockManager(new EtcdLockProvider({ urls, commandTimeoutMs: 1_000 }), { breakerOpenMs: 100 });
    const managers = [open(), open(), open()] as const;
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
      const held = await managers[0].acquire('kept', { leaseMs: LEASE_MS, waitMs: 0 });
      await until(() => fences.length > 20, { withinMs: 20_000, what: 'locks are granted' });
      await (await leaderOf(members)).kill();
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
      await Promise.all(members.map((member) => member.stop()));
    }
    expect(fences).toEqual([...fences].sort((one, other) => one - other));
    expect(new Set(fences).size).toBe(fences.length);
  }, 90_000);
});

async function leaderOf(members: readonly LocalEtcd[]): Promise<LocalEtcd> {
  for (const member of members) {
    const response = await fetch(`${member.url}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { leader, header } = (await response.json()) as { leader: string; header: { member_id: string } };
    if (leader === header.member_id) return member;
  }
  throw new Error('there is no leader');
}
