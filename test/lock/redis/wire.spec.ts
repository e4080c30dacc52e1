import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockLostError, LockUnavailableError, LockWaitTimeoutError, type Lock } from '#lock';
import { Lab, loadScripts, sleep, timed, until } from '../lab.js';

const RESOURCE = 'inventory:item:1:deduct';
const COMMAND_TIMEOUT_MS = 250;
/** Two commands that time out, and room for a busy machine. */
const BUDGET_MS = 2 * COMMAND_TIMEOUT_MS + 250;

/** What the suite does between manager and provider, done to the bytes between provider and Redis. */
describe('conformance: redis', () => {
  describe('on the wire', () => {
    let lab: Lab;
    beforeAll(async () => (lab = await Lab.open()));
    afterEach(() => lab.cleanUp());
    afterAll(() => lab.close());

    const through = ({ port }: { port: number }) => `redis://127.0.0.1:${port}`;
    const exists = async (): Promise<boolean> => (await lab.held(RESOURCE)) !== undefined;
    const aborted = (lock: Lock) =>
      new Promise<number>((resolve) =>
        lock.signal.addEventListener('abort', () => resolve(performance.now())),
      );

    it('[case 05] a grant that arrives after waitMs is given back', async () => {
      const proxy = await lab.proxy();
      const locks = lab.manager({ url: through(proxy), commandTimeoutMs: 5_000 });
      await loadScripts(locks);
      proxy.delayReplies(1_500);
      const { tookMs, error } = await timed(locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 100 }));
      expect(error).toBeInstanceOf(LockWaitTimeoutError);
      expect(tookMs).toBeLessThan(1_000); // did not wait for the reply
      await until(exists, { what: 'it is applied' });
      proxy.delayReplies(0);
      await until(async () => !(await exists()), { what: 'the lock is given back' });
    });

    it('[case 07] the acquisition was applied and its reply lost: the retry acquires, and no orphan stays', async () => {
      const proxy = await lab.proxy();
      const locks = lab.manager({ url: through(proxy) });
      await loadScripts(locks);
      proxy.loseNextReply();
      const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
      expect(await exists()).toBe(true);
      expect(await lock.release()).toBe(true);
      expect(await exists()).toBe(false);
    });

    it('[case 07] the reply of a release is lost: it is released, and says so', async () => {
      const proxy = await lab.proxy();
      const locks = lab.manager({ url: through(proxy) });
      const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
      proxy.loseNextReply();
      expect(await lock.release()).toBe(true);
      expect(await exists()).toBe(false);
    });

    it('[case 07] an acquisition that was given up is released once Redis can be reached again', async () => {
      const proxy = await lab.proxy();
      const locks = lab.manager({ url: through(proxy), commandTimeoutMs: COMMAND_TIMEOUT_MS });
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

    it('[case 08] a grant that arrives later than its lease is rejected', async () => {
      const proxy = await lab.proxy();
      const locks = lab.manager({ url: through(proxy), commandTimeoutMs: 2_000 });
      await loadScripts(locks);
      proxy.delayReplies(300);
      await expect(locks.acquire(RESOURCE, { leaseMs: 200, waitMs: 0 })).rejects.toThrow(
        LockUnavailableError,
      );
      proxy.delayReplies(0);
      await until(async () => !(await exists()), { what: 'the key is gone' });
    });

    it('[case 09] the connection is cut: the signal fires before Redis ends the lock, and using rejects', async () => {
      const proxy = await lab.proxy();
      const locks = lab.manager({ url: through(proxy) });
      const work = locks.using(RESOURCE, { leaseMs: 600, waitMs: 0 }, async (lock) => {
        const { expiresAtMs = 0 } = (await lab.held(RESOURCE)) ?? {};
        proxy.cut();
        const abort = aborted(lock).then(() => 'the signal');
        const end = sleep(expiresAtMs + 20 - Date.now()).then(() => 'the end of the lock');
        expect(await Promise.race([abort, end])).toBe('the signal'); // a busy machine makes both of them late
        expect(Date.now()).toBeGreaterThan(expiresAtMs - 200);
        expect(lock.signal.reason).toBeInstanceOf(LockLostError);
      });
      await expect(work).rejects.toThrow(LockLostError);
    });

    it('[case 24] a release while the SUBSCRIBE is on its way is not missed', async () => {
      const proxy = await lab.proxy();
      const holder = await lab.manager().acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
      const locks = lab.manager({ url: through(proxy) });
      await loadScripts(locks);
      const channels = async (): Promise<number> =>
        (await lab.client.pubsub('CHANNELS', `${lab.prefix}*`)).length;
      proxy.delayReplies(200); // Redis hears each command at once, and the waiter its answers late
      const waiting = timed(locks.acquire(RESOURCE, { leaseMs: 5_000, waitMs: 20_000 }));
      await until(async () => (await lab.held(RESOURCE))?.waiters === 1, {
        what: 'Redis has refused the waiter',
      });
      expect(await channels()).toBe(0);
      await holder.release();
      const releasedAt = performance.now();
      const { error } = await waiting;
      expect(error).toBeUndefined();
      // Refusal, connection, subscription, and a look: four answers that each come 200 ms late.
      expect(performance.now() - releasedAt).toBeLessThan(1_300);
    });

    it('[case 40] what is held can be extended and released while Redis says OOM to acquisitions', async () => {
      const lock = await lab.manager().acquire('x:held', { leaseMs: 30_000, waitMs: 0 });
      await lab.client.config('SET', 'maxmemory-policy', 'noeviction');
      await lab.client.config('SET', 'maxmemory', '1');
      try {
        await expect(lab.manager().tryAcquire('x:a', { leaseMs: 5_000 })).rejects.toThrow(/OOM/);
        expect(await lock.extend(30_000)).toBe(true);
        expect(await lock.release()).toBe(true);
      } finally {
        await lab.client.config('SET', 'maxmemory', '0');
      }
    });
  });
});
