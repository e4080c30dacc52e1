import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LockAbortedError, LockContendedError, LockManager, LockWaitTimeoutError } from '#lock';
import { InterceptedProvider } from './intercepted-provider.js';
import { Lab, loadScripts, sleep, timed, until } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('waiting', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(async () => {
    jest.restoreAllMocks();
    await lab.cleanUp();
  });
  afterAll(() => lab.close());

  const holdElsewhere = (leaseMs = 30_000) => lab.manager().acquire(RESOURCE, { leaseMs, waitMs: 0 });
  const subscribers = async (): Promise<number> => {
    const [, count] = (await lab.client.pubsub('NUMSUB', lab.lockKey(RESOURCE))) as [string, number];
    return count;
  };

  it('[case 04] waitMs 0 sends exactly one acquire command', async () => {
    const locks = lab.manager();
    await loadScripts(locks);
    await holdElsewhere();
    const calls = await lab.countCalls('acquire.lua', async () => {
      const once = locks.acquire(RESOURCE, { leaseMs: 1_000, waitMs: 0 });
      await expect(once).rejects.toThrow(LockContendedError);
    });
    expect(calls).toBe(1);
    expect(await lab.countCalls('acquire.lua', () => locks.tryAcquire(RESOURCE, { leaseMs: 1_000 }))).toBe(1);
  });

  it('[case 05] waitMs 300 rejects within 300 to 450 ms, and acquires nothing afterwards', async () => {
    const holder = await holdElsewhere();
    const { tookMs, error } = await timed(lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 300 }));
    expect(error).toBeInstanceOf(LockWaitTimeoutError);
    expect(tookMs).toBeGreaterThanOrEqual(300);
    expect(tookMs).toBeLessThan(450);
    await holder.release();
    await sleep(200);
    expect(await lab.client.exists(lab.lockKey(RESOURCE))).toBe(0);
  });

  it('[case 05] a grant that arrives after waitMs is given back', async () => {
    const proxy = await lab.proxy();
    const locks = lab.manager({ url: `redis://127.0.0.1:${proxy.port}`, commandTimeoutMs: 5_000 });
    await loadScripts(locks);
    proxy.delayReplies(1_500);
    const { tookMs, error } = await timed(locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 100 }));
    expect(error).toBeInstanceOf(LockWaitTimeoutError);
    expect(tookMs).toBeLessThan(1_000); // did not wait for the reply
    await until(async () => (await lab.client.exists(lab.lockKey(RESOURCE))) === 1, {
      what: 'it is applied',
    });
    proxy.delayReplies(0);
    await until(async () => (await lab.client.exists(lab.lockKey(RESOURCE))) === 0, {
      what: 'the lock is given back',
    });
  });

  it('[case 06] aborting a waiter ends it and its subscription within 100 ms', async () => {
    const holder = await holdElsewhere();
    const controller = new AbortController();
    const locks = lab.manager();
    const options = { leaseMs: 5_000, waitMs: 20_000, signal: controller.signal };
    const waiters = Promise.allSettled([locks.acquire(RESOURCE, options), locks.acquire(RESOURCE, options)]);
    await until(async () => (await subscribers()) === 1, { what: 'the waiter has subscribed' });
    const abortedAt = performance.now();
    controller.abort(new Error('the buyer has left'));
    const outcomes = await waiters;
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LockAbortedError) as unknown });
    }
    await until(async () => (await subscribers()) === 0, { what: 'the subscription is gone' });
    expect(performance.now() - abortedAt).toBeLessThan(100);
    await holder.release();
    await sleep(100);
    expect(await lab.client.exists(lab.lockKey(RESOURCE))).toBe(0);
  });

  it('wakes a waiter of another process by the release, long before the lease ends', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999); // the fallback would look again after about a second
    const holder = await holdElsewhere();
    const waiting = lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 20_000 });
    await until(async () => (await subscribers()) === 1, { what: 'the waiter has subscribed' });
    await sleep(20);
    await holder.release();
    const { tookMs, error } = await timed(waiting);
    expect(error).toBeUndefined();
    expect(tookMs).toBeLessThan(700);
  });

  it("[case 23] with every pub/sub message dropped a waiter goes on within the holder's remaining lease", async () => {
    const deaf = new InterceptedProvider(lab.provider());
    deaf.onWatch = () => () => undefined;
    const locks = lab.closeLater(new LockManager(deaf));
    await lab.manager().acquire(RESOURCE, { leaseMs: 1_000, waitMs: 0, maxHoldMs: 0 }); // dies with its lease
    const { tookMs, error } = await timed(locks.acquire(RESOURCE, { leaseMs: 5_000, waitMs: 20_000 }));
    expect(error).toBeUndefined();
    expect(tookMs).toBeLessThan(1_500);
  });

  it('[case 24] a release between the failed try and the SUBSCRIBE is not missed', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.999);
    const holder = await holdElsewhere();
    const provider = new InterceptedProvider(lab.provider());
    provider.onWatch = (resource, wake) => {
      let end: () => void = () => undefined;
      void holder.release().then(() => (end = provider.real.watch(resource, wake)));
      return () => end();
    };
    const locks = lab.closeLater(new LockManager(provider));
    const { tookMs, error } = await timed(locks.acquire(RESOURCE, { leaseMs: 5_000, waitMs: 20_000 }));
    expect(error).toBeUndefined();
    expect(tookMs).toBeLessThan(700);
  });

  it('[case 25] 1,000 waiters of one process are served in order, with at most 2 acquire commands a grant', async () => {
    const waiters = 1_000;
    const holder = await holdElsewhere();
    const locks = lab.manager();
    const served: number[] = [];
    const calls = await lab.countCalls('acquire.lua', async () => {
      const all = Array.from({ length: waiters }, (_, index) =>
        locks.using(RESOURCE, { leaseMs: 5_000, waitMs: 25_000 }, async () => {
          served.push(index);
          await Promise.resolve();
        }),
      );
      await until(async () => (await subscribers()) === 1, { what: 'the first waiter has subscribed' });
      await holder.release();
      await Promise.all(all);
    });
    expect(served).toEqual(Array.from({ length: waiters }, (_, index) => index));
    expect(calls).toBeLessThanOrEqual(2 * waiters);
    await until(async () => (await subscribers()) === 0, { what: 'the subscription is gone' });
  });

  it('refuses further waiters when maxWaiting wait for the resource in this process', async () => {
    await holdElsewhere();
    const locks = lab.manager({ maxWaiting: 1 });
    const options = { leaseMs: 5_000, waitMs: 300 };
    const waiting = [locks.acquire(RESOURCE, options), locks.acquire(RESOURCE, options)];
    await expect(locks.acquire(RESOURCE, options)).rejects.toThrow(LockContendedError);
    for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe('rejected');
  });

  it('does not starve another process, though this one asks again at once', async () => {
    const [busy, other] = [lab.manager(), lab.manager()];
    let stop = false;
    const loop = (async () => {
      while (!stop) await busy.using(RESOURCE, { leaseMs: 5_000, waitMs: 5_000 }, () => sleep(2));
    })();
    for (let turn = 0; turn < 10; turn += 1) {
      await other.using(RESOURCE, { leaseMs: 5_000, waitMs: 5_000 }, () => sleep(2));
    }
    stop = true;
    await loop;
  });
});
