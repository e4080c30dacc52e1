import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { LockManager, type LockProvider } from '#lock';
import { PostgresLockProvider } from '#lock/postgres';
import { RedisLockProvider } from '#lock/redis';
import { RedlockProvider } from '#lock/redlock';
import { startRedis } from '#local';
import { ItemLocks } from '#orders';
import { createDatabase, testRedisUrl } from '../support/database.js';
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
    const locks = new ItemLocks(manager, {
      leaseMs: LEASE_MS,
      waitMs: WAIT_MS,
      onChange: () => (changes += 1),
    });
    return { manager, locks, changes: () => changes, acquisitions: () => acquisitions };
  }

  const ready = (locks: ItemLocks, itemId: string) =>
    eventually(() => {
      locks.want([itemId], NO_FLOORS);
      expect(locks.isReady(itemId)).toBe(true);
    });

  const fenceOf = async (locks: ItemLocks, itemId: string) =>
    locks.during([itemId], (fences) => Promise.resolve(fences.get(itemId) ?? 0));

  /** Batch after batch over the same item, until told to stop. */
  async function workOn(locks: ItemLocks, itemId: string, until: () => boolean): Promise<number> {
    let batches = 0;
    while (!until()) {
      locks.want([itemId], NO_FLOORS);
      if (locks.isReady(itemId)) {
        await locks.during([itemId], () => sleep(10));
        batches += 1;
      } else {
        await sleep(1);
      }
    }
    return batches;
  }

  test('are acquired once for many batches while nobody else wants the item', async () => {
    const { locks, acquisitions } = open();
    const until = performance.now() + 600;
    const batches = await workOn(locks, randomUUID(), () => performance.now() > until);
    expect(batches).toBeGreaterThan(10);
    expect(acquisitions()).toBe(1);
  });

  const inPostgres = async () => {
    const database = await createDatabase();
    closers.push(() => database.drop());
    return () => new PostgresLockProvider({ connectionString: database.url });
  };
  const inRedis = () => Promise.resolve(() => new RedisLockProvider({ url: testRedisUrl() }));

  test.each([
    ['that tells who waits', inRedis],
    ['that is asked who waits', inPostgres],
  ])(
    'go to another process within 250 ms, and come back in turn, in a store %s',
    async (_, prepare) => {
      const itemId = randomUUID();
      const store = await prepare();
      const [ours, theirs] = [open(store()), open(store())];
      let isOver = false;
      const working = workOn(ours.locks, itemId, () => isOver);
      await sleep(150);
      for (let turn = 1; turn <= 3; turn += 1) {
        const asked = performance.now();
        theirs.locks.want([itemId], NO_FLOORS);
        expect([theirs.locks.isAwaited(itemId), theirs.locks.isReady(itemId)]).toEqual([true, false]);
        await ready(theirs.locks, itemId);
        expect(performance.now() - asked).toBeLessThan(250 + 100); // how often `ready` looks, and noise
        await eventually(() => expect(ours.locks.isReady(itemId)).toBe(true)); // theirs is idle: it ends by itself
      }
      isOver = true;
      await working;
    },
    20_000,
  );

  test('are kept while nobody else wants the item, and go to another process at once', async () => {
    const itemId = randomUUID();
    const [ours, theirs] = [open(), open()];
    await ready(ours.locks, itemId);
    await sleep(500); // it lies idle
    expect(ours.locks.isReady(itemId)).toBe(true);
    const asked = performance.now();
    await ready(theirs.locks, itemId);
    expect(performance.now() - asked).toBeLessThan(250 + 100); // it would be given up later
  });

  test('are not taken from a batch that relies on them', async () => {
    const itemId = randomUUID();
    const [ours, theirs] = [open(), open()];
    await ready(ours.locks, itemId);
    await ours.locks.during([itemId], async () => {
      await sleep(300);
      theirs.locks.want([itemId], NO_FLOORS);
      await sleep(300);
      expect([ours.locks.isReady(itemId), theirs.locks.isReady(itemId)]).toEqual([true, false]);
    });
    await eventually(() => expect(theirs.locks.isReady(itemId)).toBe(true));
  });

  test('are taken where they are free, whatever is locked elsewhere', async () => {
    const [free, taken] = [randomUUID(), randomUUID()];
    const [ours, theirs] = [open(), open()];
    const resource = `inventory:item:${taken}:deduct`;
    const lock = await theirs.manager.acquire(resource, { leaseMs: 5_000, waitMs: 0 });
    ours.locks.want([free, taken], NO_FLOORS);
    await eventually(() => expect(ours.locks.isReady(free)).toBe(true));
    expect([ours.locks.isReady(taken), ours.locks.isAwaited(taken)]).toEqual([false, true]);
    const before = ours.changes();
    await lock.release();
    await eventually(() => expect(ours.locks.isReady(taken)).toBe(true));
    expect(ours.changes()).toBeGreaterThan(before);
    expect([ours.locks.isReady(taken), ours.locks.isAwaited(taken)]).toEqual([true, false]);
  });

  test('are released when nobody wants the item any more', async () => {
    const { locks, manager } = open();
    const itemId = randomUUID();
    await ready(locks, itemId);
    await eventually(async () => {
      expect(locks.isReady(itemId)).toBe(false);
      expect((await manager.list()).filter(({ resource }) => resource.includes(itemId))).toEqual([]);
    });
  });

  test('are kept for those who wait for another item as well', async () => {
    const { locks } = open();
    const itemId = randomUUID();
    await ready(locks, itemId);
    const fence = await fenceOf(locks, itemId);
    for (let look = 0; look < 10; look += 1) {
      locks.want([itemId], NO_FLOORS);
      await sleep(40);
    }
    expect(await fenceOf(locks, itemId)).toBe(fence);
  });

  test('are acquired anew, from the floor on, when their fence is too low', async () => {
    const { locks } = open();
    const itemId = randomUUID();
    await ready(locks, itemId);
    const floor = (await fenceOf(locks, itemId)) + 1_000_000_000;
    locks.want([itemId], new Map([[itemId, floor]]));
    await ready(locks, itemId);
    expect(await fenceOf(locks, itemId)).toBeGreaterThanOrEqual(floor);
  });

  test('are done without while their store is away, and acquired anew when it is back', async () => {
    const redis = await startRedis();
    closers.push(() => redis.stop());
    const { locks } = open(new RedisLockProvider({ url: redis.url }));
    const itemId = randomUUID();
    await ready(locks, itemId);
    const first = await fenceOf(locks, itemId);
    await redis.kill();
    await eventually(async () => {
      await ready(locks, itemId);
      expect(await fenceOf(locks, itemId)).toBe(0); // once the lease is over
    });
    const again = await startRedis({ port: redis.port });
    closers.push(() => again.stop());
    await eventually(async () => {
      await ready(locks, itemId);
      expect(await fenceOf(locks, itemId)).toBeGreaterThan(first);
    });
  }, 20_000);

  test('leave an item to others for a while in a store without a queue', async () => {
    const nodes = await Promise.all([startRedis(), startRedis(), startRedis()]);
    for (const node of nodes) closers.push(() => node.stop());
    const process = () =>
      open(new RedlockProvider({ urls: nodes.map(({ url }) => url), maxLeaseMs: LEASE_MS }));
    const [ours, theirs] = [process(), process()];
    const itemId = randomUUID();
    const held = ({ locks }: typeof ours) =>
      eventually(async () => {
        locks.want([itemId], NO_FLOORS);
        if (locks.isHeld(itemId)) return;
        await locks.during([itemId], () => Promise.resolve()); // without it, until new nodes vote
        expect(locks.isHeld(itemId)).toBe(true);
      });
    await held(ours);
    let isOver = false;
    const working = workOn(ours.locks, itemId, () => isOver);
    await held(theirs);
    await theirs.locks.during([itemId], () => Promise.resolve());
    expect(theirs.locks.isHeld(itemId)).toBe(true); // nobody can say who waits: a turn is more than one batch
    isOver = true;
    await working;
  }, 20_000);
});
