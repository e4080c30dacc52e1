import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockUnavailableError, RedisLockProvider, LockManager } from '#lock';
import { freePort, startRedis } from '#local';
import { Lab, loadScripts, sleep, timed, until } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';
const COMMAND_TIMEOUT_MS = 250;
/** Two commands that time out, and room for a busy machine. */
const BUDGET_MS = 2 * COMMAND_TIMEOUT_MS + 250;

describe('a Redis in trouble', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const exists = async (): Promise<boolean> => (await lab.client.exists(lab.lockKey(RESOURCE))) === 1;

  it('[case 07] the acquisition was applied and its reply lost: the retry acquires, and no orphan stays', async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({ url: `redis://127.0.0.1:${proxy.port}` });
    await loadScripts(locks);
    proxy.loseNextReply();
    const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    expect(await exists()).toBe(true);
    expect(await lock.release()).toBe(true);
    expect(await exists()).toBe(false);
  });

  it('[case 07] the reply of a release is lost: it is released, and says so', async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({ url: `redis://127.0.0.1:${proxy.port}` });
    const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    proxy.loseNextReply();
    expect(await lock.release()).toBe(true);
    expect(await exists()).toBe(false);
  });

  it('[case 07] an acquisition that was given up is released once Redis can be reached again', async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({
      url: `redis://127.0.0.1:${proxy.port}`,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
    });
    await loadScripts(locks);
    proxy.delayReplies(1_000);
    const { error, tookMs } = await timed(locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 5_000 }));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect(tookMs).toBeLessThan(BUDGET_MS);
    proxy.cut();
    expect(await exists()).toBe(true);
    proxy.restore();
    proxy.delayReplies(0);
    await until(async () => !(await exists()), { what: 'the orphan is gone' });
  });

  it('[case 34] Redis away: fails within its budget, then at once, for waiting calls too, and recovers', async () => {
    const locks = lab.manager({ commandTimeoutMs: COMMAND_TIMEOUT_MS });
    await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    const waiting = Array.from({ length: 10 }, () =>
      timed(locks.acquire(RESOURCE, { leaseMs: 5_000, waitMs: 20_000 })),
    );
    await sleep(50);
    await lab.redis.kill();
    const killedAt = performance.now();
    const first = await timed(locks.tryAcquire('other:resource', { leaseMs: 5_000 }));
    expect(first.error).toBeInstanceOf(LockUnavailableError);
    expect(first.tookMs).toBeLessThan(BUDGET_MS);
    for (const { error } of await Promise.all(waiting)) expect(error).toBeInstanceOf(LockUnavailableError);
    expect(performance.now() - killedAt).toBeLessThan(BUDGET_MS);
    const second = await timed(locks.acquire('other:resource', { leaseMs: 5_000, waitMs: 5_000 }));
    expect(second.error).toBeInstanceOf(LockUnavailableError);
    expect(second.tookMs).toBeLessThan(150);
    await lab.restart();
    await until(
      () =>
        locks.tryAcquire('other:resource', { leaseMs: 5_000 }).then(
          (lock) => lock !== null,
          () => false,
        ),
      { what: 'locks are granted again' },
    );
  });

  it('[case 34] Redis hangs: fails within its budget, and goes on when it answers again', async () => {
    const locks = lab.manager({ commandTimeoutMs: COMMAND_TIMEOUT_MS });
    const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    lab.redis.pause();
    try {
      const { error, tookMs } = await timed(locks.tryAcquire('other:resource', { leaseMs: 1_000 }));
      expect(error).toBeInstanceOf(LockUnavailableError);
      expect(tookMs).toBeLessThan(BUDGET_MS);
      const release = await timed(lock.release());
      expect(release.error).toBeInstanceOf(LockUnavailableError);
      expect(release.tookMs).toBeLessThan(BUDGET_MS);
    } finally {
      lab.redis.resume();
    }
    await until(async () => (await lab.client.keys(`${lab.prefix}lock:*`)).length === 0, {
      what: 'nothing is left',
    });
  });

  it('constructs while no Redis is there, and works once it is', async () => {
    const port = await freePort();
    const provider = new RedisLockProvider({ url: `redis://127.0.0.1:${port}`, keyPrefix: lab.prefix });
    const locks = lab.closeLater(new LockManager(provider, { breakerOpenMs: 100 }));
    const { error, tookMs } = await timed(locks.tryAcquire(RESOURCE, { leaseMs: 1_000 }));
    expect(error).toBeInstanceOf(LockUnavailableError);
    expect((error as LockUnavailableError).cause).toBeInstanceOf(Error);
    expect((error as LockUnavailableError).resource).toBe(RESOURCE);
    expect(tookMs).toBeLessThan(BUDGET_MS);
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

  it('[case 35] the call after SCRIPT FLUSH works, and so does the one after a restart', async () => {
    const locks = lab.manager();
    const use = () => locks.using(RESOURCE, { leaseMs: 5_000, waitMs: 1_000 }, () => Promise.resolve(true));
    expect(await use()).toBe(true);
    await lab.client.script('FLUSH');
    expect(await use()).toBe(true);
    await lab.restart();
    expect(await use()).toBe(true);
  });

  it("[case 40] the lock's key is evicted: the holder hears of it, and the next fence is higher", async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    await lab.client.del(await lab.client.keys(`${lab.prefix}*`));
    expect(await lock.extend(30_000)).toBe(false);
    expect(lock.signal.aborted).toBe(true);
    const next = await lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 0 });
    expect(next.fence).toBeGreaterThan(lock.fence);
  });

  it('[case 40] OOM is "store away", never "granted"; what is held can be extended and released', async () => {
    const lock = await lab.manager().acquire('x:held', { leaseMs: 30_000, waitMs: 0 });
    await lab.client.config('SET', 'maxmemory-policy', 'noeviction');
    await lab.client.config('SET', 'maxmemory', '1');
    try {
      const refused = lab.manager().acquire(['x:a', 'x:b'], { leaseMs: 5_000, waitMs: 5_000 });
      await expect(refused).rejects.toThrow(LockUnavailableError);
      await expect(refused).rejects.toThrow(/OOM/);
      expect(await lock.extend(30_000)).toBe(true);
      expect(await lock.release()).toBe(true);
    } finally {
      await lab.client.config('SET', 'maxmemory', '0');
    }
    expect(await lab.client.keys(`${lab.prefix}*:{x}:[ab]`)).toEqual([]);
  });

  it('[case 40] READONLY is "store away", never "granted"', async () => {
    const locks = lab.manager();
    await lab.client.replicaof('127.0.0.1', 1);
    try {
      const refused = locks.acquire(RESOURCE, { leaseMs: 5_000, waitMs: 5_000 });
      await expect(refused).rejects.toThrow(LockUnavailableError);
      await expect(refused).rejects.toThrow(/READONLY/);
    } finally {
      await lab.client.replicaof('NO', 'ONE');
    }
    expect(await exists()).toBe(false);
  });
});
