import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockUsageError } from '#lock';
import { Lab } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('a lock in Redis', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  it('keeps its key under the prefix, with the first segment as hash tag, for the lease', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 0 });
    const key = `${lab.prefix}lock:{inventory}:item:1:deduct`;
    expect(await lab.client.pttl(key)).toBeGreaterThan(4_000);
    expect(await lock.release()).toBe(true);
    expect(await lab.client.exists(key)).toBe(0);
  });

  it('[case 02] releasing or extending with a foreign value is false and changes nothing', async () => {
    await lab.manager().acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    const key = lab.lockKey(RESOURCE);
    const [value, expiresAt] = [await lab.client.get(key), await lab.client.pexpiretime(key)];
    const provider = lab.closeLater(lab.provider());
    const foreign = { resources: [RESOURCE], token: 'foreign' };
    expect(await provider.extend(foreign, 60_000)).toBe(false);
    expect(await provider.release(foreign)).toEqual({ complete: false, awaitedElsewhere: false });
    expect(await lab.client.get(key)).toBe(value);
    expect(await lab.client.pexpiretime(key)).toBe(expiresAt);
  });

  it('[case 16] a release racing a renewal brings no key back to life', async () => {
    const locks = lab.manager();
    const race = async (index: number): Promise<void> => {
      const lock = await locks.acquire(`race:${index}`, { leaseMs: 30_000, waitMs: 0 });
      if (index % 2 === 0) await Promise.all([lock.extend(30_000), lock.release()]);
      else await Promise.all([lock.release(), lock.extend(30_000)]);
    };
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => race(round * 100 + index)));
    }
    expect(await lab.client.keys(`${lab.prefix}lock:*`)).toEqual([]);
  });

  it('[case 17] [a, b] against [b, a], duplicates included, all finish and never overlap', async () => {
    const [one, other] = [lab.manager(), lab.manager()];
    let inside = 0;
    let done = 0;
    const job = async (): Promise<void> => {
      expect((inside += 1)).toBe(1);
      await Promise.resolve();
      inside -= 1;
      done += 1;
    };
    const forwards = async (): Promise<void> => {
      for (let i = 0; i < 500; i += 1)
        await one.using(['x:a', 'x:b', 'x:a'], { leaseMs: 5_000, waitMs: 20_000 }, job);
    };
    const backwards = async (): Promise<void> => {
      for (let i = 0; i < 500; i += 1)
        await other.using(['x:b', 'x:a'], { leaseMs: 5_000, waitMs: 20_000 }, job);
    };
    await Promise.all([forwards(), backwards()]);
    expect(done).toBe(1_000);
  });

  it('[case 18] several resources of which one is taken leave no key', async () => {
    const locks = lab.manager();
    await locks.acquire('x:b', { leaseMs: 30_000, waitMs: 0 });
    expect(await lab.manager().tryAcquire(['x:a', 'x:b', 'x:c'], { leaseMs: 30_000 })).toBeNull();
    expect(await lab.client.keys(`${lab.prefix}lock:*`)).toEqual([lab.lockKey('x:b')]);
  });

  it('takes several resources together, sorted, and extends and frees them together', async () => {
    const lock = await lab.manager().acquire(['x:b', 'x:a', 'x:b'], { leaseMs: 5_000, waitMs: 0 });
    expect(lock.resources).toEqual(['x:a', 'x:b']);
    expect([...lock.fences.keys()]).toEqual(['x:a', 'x:b']);
    expect(() => lock.fence).toThrow(LockUsageError);
    await lab.client.del(lab.lockKey('x:b'));
    expect(await lock.extend(60_000)).toBe(false);
    expect(await lab.client.pttl(lab.lockKey('x:a'))).toBeLessThan(6_000);
    expect(lock.signal.aborted).toBe(true);
  });

  it('[case 19] resources of different hash tags are one typed error before anything is sent', async () => {
    const locks = lab.manager();
    const calls = await lab.countCalls('acquire.lua', async () => {
      const several = locks.acquire(['inventory:item:1', 'order:1'], { leaseMs: 1_000, waitMs: 1_000 });
      await expect(several).rejects.toThrow(LockUsageError);
    });
    expect(calls).toBe(0);
  });

  it('[case 36] a nested acquire outside a re-entry context is contended, not granted', async () => {
    const locks = lab.manager();
    await locks.using(RESOURCE, { leaseMs: 5_000, waitMs: 0 }, async () => {
      expect(await locks.tryAcquire(RESOURCE, { leaseMs: 5_000 })).toBeNull();
    });
    const afterwards = await locks.tryAcquire(RESOURCE, { leaseMs: 5_000 });
    expect(afterwards).not.toBeNull();
  });
});
