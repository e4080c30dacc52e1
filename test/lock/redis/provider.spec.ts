import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, startRedis } from '#local';
import { LockManager, LockUnavailableError, LockUsageError } from '#lock';
import { RedisLockProvider } from '#lock/redis';
import { Lab, timed, until } from '../lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('the Redis provider', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  it('keeps its key under the prefix, with the first segment as hash tag, for the lease', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 0 });
    const key = `${lab.prefix}lock:{inventory}:item:1:deduct`;
    expect(await lab.client.exists(key)).toBe(1);
    const { expiresAtMs = 0 } = (await lab.held(RESOURCE)) ?? {};
    expect(expiresAtMs - Date.now()).toBeGreaterThan(4_000);
    expect(await lock.release()).toBe(true);
    expect(await lab.held(RESOURCE)).toBeUndefined();
  });

  it('takes several resources together, sorted, and extends and frees them together', async () => {
    const lock = await lab.manager().acquire(['x:b', 'x:a', 'x:b'], { leaseMs: 5_000, waitMs: 0 });
    expect(lock.resources).toEqual(['x:a', 'x:b']);
    expect([...lock.fences.keys()]).toEqual(['x:a', 'x:b']);
    expect(() => lock.fence).toThrow(LockUsageError);
    await lab.client.del(lab.lockKey('x:b'));
    expect(await lock.extend(60_000)).toBe(false);
    expect((await lab.held('x:a'))?.expiresAtMs).toBeLessThan(Date.now() + 6_000);
    expect(lock.signal.aborted).toBe(true);
  });

  it('takes a floor of each resource of its own', async () => {
    const ahead = (Date.now() + 3_600_000) * 1_000;
    const floor = new Map([['x:b', ahead]]);
    const lock = await lab.manager().acquire(['x:a', 'x:b'], { leaseMs: 5_000, waitMs: 0, floor });
    expect(lock.fences.get('x:a')).toBeLessThan(ahead);
    expect(lock.fences.get('x:b')).toBe(ahead);
  });

  it('forgets with its keys what is ahead of the clock, which is what floors are for', async () => {
    const ahead = (Date.now() + 3_600_000) * 1_000; // what an hour of a wrong clock leaves in the record
    const grant = async (floor: number): Promise<number> => {
      const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 0, floor });
      await lock.release();
      return lock.fence;
    };
    expect(await grant(ahead)).toBe(ahead);
    await lab.client.flushall();
    expect(await grant(0)).toBeLessThan(ahead);
    expect(await grant(ahead + 1)).toBe(ahead + 1);
  });

  it('constructs while no Redis is there, and works once it is', async () => {
    const port = await freePort();
    const commandTimeoutMs = 250;
    const url = `redis://127.0.0.1:${port}`;
    const provider = new RedisLockProvider({ url, keyPrefix: lab.prefix, commandTimeoutMs });
    const locks = lab.closeLater(new LockManager(provider, { breakerOpenMs: 100 }));
    const { error, tookMs } = await timed(locks.tryAcquire(RESOURCE, { leaseMs: 1_000 }));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).cause).toBeInstanceOf(Error);
    expect((error as LockUnavailableError).resource).toBe(RESOURCE);
    expect(tookMs).toBeLessThan(2 * commandTimeoutMs + 250);
    const redis = await startRedis({ port });
    try {
      await until(
        () =>
          locks.tryAcquire(RESOURCE, { leaseMs: 1_000 }).then(
            (lock) => lock !== null,
            () => false,
          ),
        { what: 'the lock is granted' },
      );
    } finally {
      await redis.stop();
    }
  });
});
