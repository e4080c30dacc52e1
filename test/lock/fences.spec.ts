import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Lab, until } from './lab.js';

const RESOURCE = 'inventory:item:1:deduct';

describe('fences', () => {
  let lab: Lab;
  beforeAll(async () => (lab = await Lab.open()));
  afterEach(() => lab.cleanUp());
  afterAll(() => lab.close());

  const grant = async (floor?: number): Promise<number> => {
    const lock = await lab
      .manager()
      .acquire(RESOURCE, { leaseMs: 5_000, waitMs: 0, ...(floor === undefined ? {} : { floor }) });
    await lock.release();
    return lock.fence;
  };

  it('[case 20] grow from grant to grant, start at the clock in microseconds and stay below 2^53', async () => {
    const [first, second, third] = [await grant(), await grant(), await grant()];
    expect(first).toBeGreaterThan((Date.now() - 60_000) * 1_000);
    expect(second).toBeGreaterThan(first);
    expect(third).toBeGreaterThan(second);
    expect(Number.isSafeInteger(third)).toBe(true);
  });

  it('[case 20] grow through FLUSHALL and through a restart that loses everything', async () => {
    const before = await grant();
    await lab.client.flushall();
    const afterFlush = await grant();
    await lab.restart();
    const afterRestart = await grant();
    expect(afterFlush).toBeGreaterThan(before);
    expect(afterRestart).toBeGreaterThan(afterFlush);
  });

  it('[case 20] start from a floor, and go on from there though the clock is behind', async () => {
    const ahead = (Date.now() + 3_600_000) * 1_000; // what an hour of a wrong clock leaves in the record
    expect(await grant(ahead)).toBe(ahead);
    expect(await grant()).toBe(ahead + 1);
    await lab.client.flushall();
    expect(await grant()).toBeLessThan(ahead);
    expect(await grant(ahead + 1)).toBe(ahead + 1);
  });

  it('take a floor of each resource of their own', async () => {
    const ahead = (Date.now() + 3_600_000) * 1_000;
    const floor = new Map([['x:b', ahead]]);
    const lock = await lab.manager().acquire(['x:a', 'x:b'], { leaseMs: 5_000, waitMs: 0, floor });
    expect(lock.fences.get('x:a')).toBeLessThan(ahead);
    expect(lock.fences.get('x:b')).toBe(ahead);
  });

  it('[case 21] the successor of a holder whose lease ended has the higher one', async () => {
    const paused = await lab.manager().acquire(RESOURCE, { leaseMs: 100, waitMs: 0, maxHoldMs: 0 });
    const successor = await lab.manager().acquire(RESOURCE, { leaseMs: 5_000, waitMs: 5_000 });
    expect(successor.fence).toBeGreaterThan(paused.fence);
    await until(() => paused.signal.aborted, { what: 'the paused holder hears of its loss' });
    expect(await paused.release()).toBe(false);
    expect(await lab.client.exists(lab.lockKey(RESOURCE))).toBe(1);
  });

  it('stay the same when the same token acquires again', async () => {
    const provider = lab.closeLater(lab.provider());
    const request = { resources: [RESOURCE], token: 'one attempt', leaseMs: 5_000, floors: [0] };
    const first = await provider.acquire(request);
    expect(await provider.acquire(request)).toEqual(first);
  });
});
