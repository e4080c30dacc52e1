import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { LockManager, type LockProvider } from '#lock';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import { startRedis } from '#local';
import { ItemLocks } from '#orders';
import { testRedisUrl } from '../support/database.js';
import { eventually } from '../support/wait.js';

const LEASE_MS = 2_000;
const WAIT_MS = 5_000;
const NO_FLOORS = new Map<string, number>();

describe('the locks that a process keeps between its batches', () => {
  const closers: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** One process of the shop. */
  function open(provider: LockProvider = new RedisLockProvider({ url: testRedisUrl() })) {
    const manager = new LockManager(provider);
    closers.push(() => manager.close());
    let changes = 0;
    let acquisitions = 0;
    manager.events.on('acquired', () => (acquisitions += 1));
    const locks = new ItemLocks(manager, { leaseMs: LEASE_MS, onChange: () => (changes += 1) });
    const take = (...itemIds: string[]) => locks.take(itemIds, NO_FLOORS, WAIT_MS);
    return { manager, locks, take, changes: () => changes, acquisitions: () => acquisitions };
  }

  const holds = (locks: ItemLocks, itemId: string) => locks.fencesOf([itemId]).has(itemId);

  /** Batch after batch over the same item, until told to stop. */
  async function workOn(
    locks: ItemLocks,
    take: () => Promise<boolean>,
    until: () => boolean,
  ): Promise<number> {
    let batches = 0;
    while (!until()) {
      await take();
      await locks.during(() => sleep(10));
      batches += 1;
    }
    return batches;
  }

  test('are acquired once for many batches while nobody else wants the item', async () => {
    const { locks, take, acquisitions } = open();
    const itemId = randomUUID();
    const until = performance.now() + 600;
    const batches = await workOn(
      locks,
      () => take(itemId),
      () => performance.now() > until,
    );
    expect(batches).toBeGreaterThan(10);
    expect(acquisitions()).toBe(1);
  });

  test('go to another process within 250 ms of its asking, and come back in turn', async () => {
    const itemId = randomUUID();
    const [ours, theirs] = [open(), open()];
    let isOver = false;
    const working = workOn(
      ours.locks,
      () => ours.take(itemId),
      () => isOver,
    );
    await sleep(150);
    for (let turn = 1; turn <= 3; turn += 1) {
      const asked = performance.now();
      await theirs.take(itemId);
      expect(theirs.locks.isAwaited(itemId)).toBe(true);
      await eventually(() => expect(holds(theirs.locks, itemId)).toBe(true));
      expect(performance.now() - asked).toBeLessThan(250 + 100); // how often `eventually` looks, and noise
      await eventually(() => expect(holds(ours.locks, itemId)).toBe(true)); // theirs is idle: it ends by itself
    }
    isOver = true;
    await working;
  }, 20_000);

  test('set aside what is locked elsewhere, and take the rest', async () => {
    const [free, taken] = [randomUUID(), randomUUID()];
    const [ours, theirs] = [open(), open()];
    const lock = await theirs.manager.acquire(`inventory:item:${taken}:deduct`, {
      leaseMs: 5_000,
      waitMs: 0,
    });
    expect(await ours.take(free, taken)).toBe(true);
    expect([holds(ours.locks, free), ours.locks.isAwaited(free)]).toEqual([true, false]);
    expect([holds(ours.locks, taken), ours.locks.isAwaited(taken)]).toEqual([false, true]);
    const before = ours.changes();
    await lock.release();
    await eventually(() => expect(ours.changes()).toBe(before + 1));
    expect([holds(ours.locks, taken), ours.locks.isAwaited(taken)]).toEqual([true, false]);
  });

  test('are released when the item is idle', async () => {
    const { locks, take, manager } = open();
    const itemId = randomUUID();
    await take(itemId);
    await locks.during(() => Promise.resolve());
    expect(holds(locks, itemId)).toBe(true);
    await eventually(async () => {
      expect(holds(locks, itemId)).toBe(false);
      expect((await manager.list()).filter(({ resource }) => resource.includes(itemId))).toEqual([]);
    });
  });

  test('are acquired anew, from the floor on, when their fence is too low', async () => {
    const { locks, take } = open();
    const itemId = randomUUID();
    await take(itemId);
    const floor = (locks.fencesOf([itemId]).get(itemId) ?? 0) + 1_000_000_000;
    await locks.take([itemId], new Map([[itemId, floor]]), WAIT_MS);
    expect(locks.fencesOf([itemId]).get(itemId)).toBeGreaterThanOrEqual(floor);
  });

  test('are acquired anew when they were lost', async () => {
    const redis = await startRedis();
    closers.push(() => redis.stop());
    const { locks, take } = open(new RedisLockProvider({ url: redis.url }));
    const itemId = randomUUID();
    await take(itemId);
    const first = locks.fencesOf([itemId]).get(itemId) ?? 0;
    await redis.kill();
    await eventually(async () => expect(await take(itemId)).toBe(false)); // once the lease is over
    expect(holds(locks, itemId)).toBe(false);
    const again = await startRedis({ port: redis.port });
    closers.push(() => again.stop());
    await eventually(async () => expect(await take(itemId)).toBe(true));
    expect(locks.fencesOf([itemId]).get(itemId)).toBeGreaterThan(first);
  }, 20_000);

  test('leave an item to others for a while in a store without a queue', async () => {
    const nodes = await Promise.all([startRedis(), startRedis(), startRedis()]);
    for (const node of nodes) closers.push(() => node.stop());
    const process = () =>
      open(new RedlockProvider({ urls: nodes.map(({ url }) => url), maxLeaseMs: LEASE_MS }));
    const [ours, theirs] = [process(), process()];
    const itemId = randomUUID();
    let isOver = false;
    await eventually(async () => expect(await ours.take(itemId)).toBe(true)); // new nodes do not vote at once
    const working = workOn(
      ours.locks,
      () => ours.take(itemId),
      () => isOver,
    );
    await eventually(async () => expect(await theirs.take(itemId)).toBe(true));
    await eventually(() => expect(theirs.acquisitions()).toBe(1));
    isOver = true;
    await working;
  }, 20_000);
});
