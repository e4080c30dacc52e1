import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LockLostError, LockManager, LockUnavailableError, type Lock } from '#lock';
import { InterceptedProvider } from './intercepted-provider.js';
import { Lab, loadScripts, sleep, timed, until } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('holding a lock', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(async () => {
    jest.restoreAllMocks();
    await lab.cleanUp();
  });
  afterAll(() => lab.close());

  const intercepted = (): { provider: InterceptedProvider; locks: LockManager } => {
    const provider = new InterceptedProvider(lab.provider());
    return { provider, locks: lab.closeLater(new LockManager(provider)) };
  };
  const unavailable = () => new LockUnavailableError([RESOURCE], new Error('cut off for a test'), 'unknown');
  const exists = async (): Promise<boolean> => (await lab.client.exists(lab.lockKey(RESOURCE))) === 1;
  const aborted = (lock: Lock) =>
    new Promise<number>((resolve) => lock.signal.addEventListener('abort', () => resolve(performance.now())));

  it('[case 08] a grant that arrives later than its lease is rejected and released', async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({ url: `redis://127.0.0.1:${proxy.port}`, commandTimeoutMs: 2_000 });
    await loadScripts(locks);
    proxy.delayReplies(300);
    await expect(locks.acquire(RESOURCE, { leaseMs: 200, waitMs: 0 })).rejects.toThrow(LockUnavailableError);
    proxy.delayReplies(0);
    await until(async () => !(await exists()), { what: 'the key is gone' });
  });

  it("[case 09] when every renewal fails the signal fires before the store's expiry, and using rejects", async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({ url: `redis://127.0.0.1:${proxy.port}` });
    let remainingAtAbort = 0;
    let lateMs = 0;
    const work = locks.using(RESOURCE, { leaseMs: 600, waitMs: 0 }, async (lock) => {
      proxy.cut();
      const abortedAt = await aborted(lock);
      remainingAtAbort = await lab.client.pttl(lab.lockKey(RESOURCE));
      lateMs = performance.now() - abortedAt; // between the signal and this look
      expect(lock.signal.reason).toBeInstanceOf(LockLostError);
    });
    await expect(work).rejects.toThrow(LockLostError);
    expect(remainingAtAbort + lateMs).toBeGreaterThan(0); // a key that is gone says -2
    expect(remainingAtAbort).toBeLessThan(200);
  });

  it('[case 09] the deadline counts from before the acquire command was sent', async () => {
    const { provider, locks } = intercepted();
    provider.onExtend = () => Promise.reject(unavailable());
    let sentAt = 0;
    provider.onAcquire = async (request) => {
      sentAt = performance.now();
      const answer = await provider.real.acquire(request);
      await sleep(500);
      return answer;
    };
    const lock = await locks.acquire(RESOURCE, { leaseMs: 1_000, waitMs: 0 });
    const abortedAt = await aborted(lock);
    expect(abortedAt - sentAt).toBeGreaterThan(995);
    expect(abortedAt - sentAt).toBeLessThan(1_400);
  });

  it('[case 10] one renewal fails, the next succeeds: no abort', async () => {
    const { provider, locks } = intercepted();
    let renewals = 0;
    provider.onExtend = (claim, leaseMs) => {
      renewals += 1;
      return renewals % 2 === 1 ? Promise.reject(unavailable()) : provider.real.extend(claim, leaseMs);
    };
    await locks.using(RESOURCE, { leaseMs: 1_200, waitMs: 0 }, async (lock) => {
      await sleep(2_500);
      expect(lock.signal.aborted).toBe(false);
    });
    expect(renewals).toBeGreaterThan(2);
    expect(await exists()).toBe(false);
  });

  it('[case 11] a stolen key aborts by the next renewal, and the thief keeps it', async () => {
    const locks = lab.manager();
    const work = locks.using(RESOURCE, { leaseMs: 1_500, waitMs: 0 }, async (lock) => {
      const stolenAt = performance.now();
      await lab.client.set(lab.lockKey(RESOURCE), 'thief', 'PX', 30_000);
      expect((await aborted(lock)) - stolenAt).toBeLessThan(1_200);
    });
    await expect(work).rejects.toThrow(LockLostError);
    expect(await lab.client.get(lab.lockKey(RESOURCE))).toBe('thief');
  });

  it('a key that was stolen and not noticed before the release rejects using', async () => {
    const work = lab.manager().using(RESOURCE, { leaseMs: 30_000, waitMs: 0 }, async () => {
      await lab.client.set(lab.lockKey(RESOURCE), 'thief', 'PX', 30_000);
    });
    await expect(work).rejects.toThrow(LockLostError);
    expect(await lab.client.get(lab.lockKey(RESOURCE))).toBe('thief');
  });

  it("[case 12] the job throws and the release fails: the caller gets the job's error", async () => {
    const { provider, locks } = intercepted();
    provider.onRelease = () => Promise.reject(unavailable());
    const own = new Error('of the job');
    const work = locks.using(RESOURCE, { leaseMs: 300, waitMs: 0 }, () => Promise.reject(own));
    await expect(work).rejects.toBe(own);
  });

  it('[case 12] the job succeeds and the release fails: the caller gets the value', async () => {
    const { provider, locks } = intercepted();
    provider.onRelease = () => Promise.reject(unavailable());
    const work = locks.using(RESOURCE, { leaseMs: 30_000, waitMs: 0 }, () => Promise.resolve('sold'));
    expect(await work).toBe('sold');
    provider.onRelease = undefined;
    await until(async () => !(await exists()), { what: 'the background has given the lock back' });
  });

  it('[case 14] the wall clock jumping an hour either way does not move the deadline', async () => {
    const { provider, locks } = intercepted();
    provider.onExtend = () => Promise.reject(unavailable());
    const now = Date.now();
    for (const jump of [3_600_000, -3_600_000]) {
      const startedAt = performance.now();
      const lock = await locks.acquire(`clock:${jump}`, { leaseMs: 300, waitMs: 0 });
      jest.spyOn(Date, 'now').mockReturnValue(now + jump);
      await sleep(100);
      expect(lock.signal.aborted).toBe(false);
      const tookMs = (await aborted(lock)) - startedAt;
      jest.restoreAllMocks();
      expect(tookMs).toBeGreaterThan(295);
      expect(tookMs).toBeLessThan(1_000);
    }
  });

  it('[case 15] renews at most 4 times a lease, and leaves no timer', async () => {
    const { provider, locks } = intercepted();
    let renewals = 0;
    provider.onExtend = (claim, leaseMs) => {
      renewals += 1;
      return provider.real.extend(claim, leaseMs);
    };
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await locks.using(RESOURCE, { leaseMs: 1_000, waitMs: 1_000 }, async (lock) => {
      await sleep(3_000);
      expect(lock.signal.aborted).toBe(false);
    });
    const atRelease = renewals;
    expect(atRelease).toBeGreaterThanOrEqual(6);
    expect(atRelease).toBeLessThanOrEqual(12);
    expect(timers()).toBeLessThanOrEqual(before);
    await sleep(500);
    expect(renewals).toBe(atRelease);
  });

  it('stops renewing after maxHoldMs', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 300, waitMs: 0, maxHoldMs: 500 });
    const startedAt = performance.now();
    const heldMs = (await aborted(lock)) - startedAt;
    expect(heldMs).toBeGreaterThan(490);
    expect(heldMs).toBeLessThan(1_000);
    expect(String(lock.signal.reason)).toContain('maxHoldMs');
  });

  it('notices at the look at its signal that a blocked event loop has outlived the lease', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 100, waitMs: 0 });
    const blockedUntil = performance.now() + 150;
    while (performance.now() < blockedUntil);
    expect(lock.signal.aborted).toBe(true);
  });

  it('extends by what the caller says, and not after its release', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 1_000, waitMs: 0 });
    expect(await lock.extend(20_000)).toBe(true);
    expect(await lab.client.pttl(lab.lockKey(RESOURCE))).toBeGreaterThan(15_000);
    const { tookMs } = await timed(sleep(1_100));
    expect(tookMs).toBeGreaterThan(1_000);
    expect(lock.signal.aborted).toBe(false);
    expect(await Promise.all([lock.release(), lock.release()])).toEqual([true, true]);
    expect(await lock.extend(20_000)).toBe(false);
    expect(lock.signal.aborted).toBe(false);
  });

  it('is given back by asyncDispose, which never rejects', async () => {
    const { provider, locks } = intercepted();
    const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    await lock[Symbol.asyncDispose]();
    expect(await exists()).toBe(false);
    const other = await locks.acquire(RESOURCE, { leaseMs: 300, waitMs: 0 });
    provider.onRelease = () => Promise.reject(unavailable());
    await other[Symbol.asyncDispose]();
  });

  it('closing the manager aborts the signals, gives the locks back and ends the waiting calls', async () => {
    const locks = lab.manager();
    const held = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    const waiting = timed(locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 20_000 }));
    await sleep(50);
    await locks.close();
    expect(held.signal.aborted).toBe(true);
    expect((await waiting).error).toMatchObject({ name: 'LockAbortedError' });
    expect(await exists()).toBe(false);
    await expect(locks.tryAcquire(RESOURCE, { leaseMs: 1_000 })).rejects.toMatchObject({
      name: 'LockAbortedError',
    });
  });
});
