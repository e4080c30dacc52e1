import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LockContendedError, LockManager, LockUnavailableError } from '#lock';
import { InterceptedProvider } from '#lock/conformance';
import { Lab, sleep, timed } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';

/** What no numbered case of the conformance suite says. */
describe('holding a lock, and waiting for it', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const exists = async (): Promise<boolean> => (await lab.held(RESOURCE)) !== undefined;

  it('stops renewing after maxHoldMs', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 300, waitMs: 0, maxHoldMs: 500 });
    const startedAt = performance.now();
    await new Promise((resolve) => lock.signal.addEventListener('abort', resolve));
    const heldMs = performance.now() - startedAt;
    expect(heldMs).toBeGreaterThan(490);
    expect(heldMs).toBeLessThan(1_000);
    expect(String(lock.signal.reason)).toContain('maxHoldMs');
  });

  it('extends by what the caller says, and not after its release', async () => {
    const lock = await lab.manager().acquire(RESOURCE, { leaseMs: 1_000, waitMs: 0 });
    expect(await lock.extend(20_000)).toBe(true);
    expect((await lab.held(RESOURCE))?.expiresAtMs).toBeGreaterThan(Date.now() + 15_000);
    await sleep(1_100);
    expect(lock.signal.aborted).toBe(false);
    expect(await Promise.all([lock.release(), lock.release()])).toEqual([true, true]);
    expect(await lock.extend(20_000)).toBe(false);
    expect(lock.signal.aborted).toBe(false);
  });

  it('is given back by asyncDispose, which never rejects', async () => {
    const provider = new InterceptedProvider(lab.provider());
    const locks = lab.closeLater(new LockManager(provider));
    const lock = await locks.acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
    await lock[Symbol.asyncDispose]();
    expect(await exists()).toBe(false);
    const other = await locks.acquire(RESOURCE, { leaseMs: 300, waitMs: 0 });
    provider.onRelease = ({ resources }) =>
      Promise.reject(new LockUnavailableError(resources, new Error('cut off for a test'), 'unknown'));
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

  it('refuses further waiters when maxWaiting wait for the resource in this process', async () => {
    await lab.manager().acquire(RESOURCE, { leaseMs: 30_000, waitMs: 0 });
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
