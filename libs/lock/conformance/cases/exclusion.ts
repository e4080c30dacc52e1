import assert from 'node:assert/strict';
import { LockContendedError, LockUsageError } from '../../errors.js';
import type { Lock } from '../../lock.js';
import type { LockManager } from '../../lock-manager.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import { SharedCounter } from '../shared-counter.js';
import { atLeast, atMost, inTime, rejectsWith, sleep, timed, until } from '../support.js';

/** In full size 16,000 acquisitions, one after another. */
const INCREMENTS_MS = 600_000;

export const EXCLUSION: readonly ConformanceCase[] = [
  {
    number: 1,
    title: '32 processes × 500 increments: no overlap, the exact total',
    needs: [],
    processes: true,
    timeoutMs: INCREMENTS_MS,
    run: increments,
  },
  { number: 2, title: 'A foreign value releases and extends nothing', needs: [], run: foreignValue },
  {
    number: 3,
    title: 'SIGKILL of the holder: free within lease + 500 ms',
    needs: ['distributed'],
    timeoutMs: 60_000,
    run: killedHolder,
  },
  {
    number: 17,
    title: '[a, b] against [b, a], 1,000 times: all finish',
    needs: [],
    timeoutMs: 90_000,
    run: crossedOrders,
  },
  { number: 18, title: 'A partial multi-key failure leaves no key', needs: [], run: partialFailure },
  {
    number: 19,
    title: 'Keys of different cluster slots: work, or one typed error',
    needs: [],
    run: differentSlots,
  },
  { number: 36, title: 'A nested acquire outside re-entry is contended', needs: [], run: nested },
];

async function increments(context: CaseContext): Promise<void> {
  const [contenders, times] = context.full ? [32, 500] : [4, 100];
  const resource = context.resource();
  const counter = new SharedCounter();
  context.onEnd(() => counter.remove());
  if (context.has('distributed')) {
    const { folder } = counter;
    const children = Array.from({ length: contenders }, () =>
      context.child({ do: 'count', resource, times, folder }),
    );
    await Promise.all(children.map((child) => child.report('ready')));
    for (const child of children) child.order('go');
    await Promise.all(children.map((child) => child.report('done', { withinMs: INCREMENTS_MS })));
  } else {
    const count = async (locks: LockManager): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        await locks.using(resource, { leaseMs: 20_000, waitMs: 300_000 }, (lock) =>
          counter.increment([...lock.fences.values()][0]),
        );
      }
    };
    const managers = await Promise.all(Array.from({ length: contenders }, () => context.manager()));
    await Promise.all(managers.map(count));
  }
  assert.equal(counter.count, contenders * times);
  if (!context.has('fencing')) return;
  const { fences } = counter;
  assert.equal(new Set(fences).size, contenders * times, 'each grant has a fence of its own');
  assert.deepEqual(
    fences,
    [...fences].sort((a, b) => a - b),
    'fences grow from grant to grant',
  );
}

async function foreignValue(context: CaseContext): Promise<void> {
  await foreignIsRefused(context);
  await releaseAtTheEndOfTheLease(context);
}

async function foreignIsRefused(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const [holder, other] = [await context.provider(), await context.provider()];
  const own = context.request(resource, { leaseMs: 30_000 });
  const grant = await holder.acquire(own);
  assert.equal(grant.granted, true);
  const before = await context.remainingMs(resource);
  const readAt = performance.now();
  for (const provider of [other, holder]) {
    const foreign = context.request(resource);
    assert.equal((await provider.extend(foreign, 60_000)).held, false, 'extend by a foreign value');
    assert.equal(await provider.release(foreign), false, 'release by a foreign value');
  }
  const after = await context.remainingMs(resource);
  const passedMs = performance.now() - readAt;
  assert.equal(await context.isFree(resource), false, 'the holder has kept its lock');
  if (before !== undefined && after !== undefined) {
    atMost(after, before + 1, 'time to live after the foreign extend');
    atLeast(after, before - passedMs - 100, 'time to live after the foreign release');
  }
  assert.deepEqual(await holder.acquire(own), grant, 'the holder still has it, with the same fence');
  assert.equal(await holder.release(own), true);
}

/** A slow release of a lock whose lease ends meanwhile must not free the successor's. */
async function releaseAtTheEndOfTheLease(context: CaseContext): Promise<void> {
  const resource = context.resource('item:2:deduct');
  const [holder, other] = [await context.provider(), await context.provider()];
  for (let round = 0; round < 10; round += 1) {
    const own = context.request(resource, { leaseMs: 100 });
    assert.equal((await holder.acquire(own)).granted, true);
    const successor = context.request(resource, { leaseMs: 5_000 });
    await sleep(80 + 2 * round);
    const releasing = holder.release(own);
    while (!(await other.acquire(successor)).granted) await sleep(1);
    await releasing;
    assert.equal((await other.extend(successor, 5_000)).held, true, 'the successor has kept its lock');
    assert.equal(await other.release(successor), true);
  }
}

async function killedHolder(context: CaseContext): Promise<void> {
  const leaseMs = 1_000;
  const resource = context.resource();
  const locks = await context.manager();
  const holder = context.child({ do: 'hold', resource, leaseMs });
  await holder.report('held');
  assert.ok((await locks.tryAcquire(resource, { leaseMs })) === null, 'it is held');
  const waiting = timed(locks.acquire(resource, { leaseMs, waitMs: 10_000 }));
  await sleep(50);
  const killedAt = performance.now();
  await holder.kill();
  const { error } = await waiting;
  assert.equal(error, undefined);
  inTime(performance.now() - killedAt, leaseMs + 500, 'ms until the next acquisition');

  // Killed at some moment of its acquisition: the longer it lives, the further it has come.
  await Promise.all(
    [0, 2, 5, 100].map(async (livesMs, round) => {
      const other = context.resource(`item:${round + 2}:deduct`);
      const dying = context.child({ do: 'hold', resource: other, leaseMs });
      await dying.report('ready').catch(() => undefined);
      await sleep(livesMs);
      await dying.kill();
      const next = await timed(locks.acquire(other, { leaseMs, waitMs: 10_000 }));
      assert.equal(next.error, undefined, 'the lock of a holder killed while it acquired comes free');
      inTime(next.tookMs, leaseMs + 500, 'ms until the lock of a holder killed while it acquired is free');
    }),
  );
}

async function crossedOrders(context: CaseContext): Promise<void> {
  const [one, other] = [await context.manager(), await context.manager()];
  const [a, b] = [context.resource('item:a'), context.resource('item:b')];
  let inside = 0;
  let done = 0;
  const job = async (): Promise<void> => {
    inside += 1;
    assert.equal(inside, 1, 'holders at once');
    await Promise.resolve();
    inside -= 1;
    done += 1;
  };
  const run = async (locks: LockManager, resources: string[]): Promise<void> => {
    for (let time = 0; time < 250; time += 1) {
      await locks.using(resources, { leaseMs: 10_000, waitMs: 60_000 }, job);
    }
  };
  await Promise.all([run(one, [a, b, a]), run(one, [b, a]), run(other, [b, a]), run(other, [a, b, b])]);
  assert.equal(done, 1_000);
}

async function partialFailure(context: CaseContext): Promise<void> {
  const [locks, other] = [await context.manager(), await context.manager()];
  const [a, b, c] = [context.resource('item:a'), context.resource('item:b'), context.resource('item:c')];
  const held = await locks.acquire(b, { leaseMs: 30_000, waitMs: 0 });
  assert.ok((await other.tryAcquire([a, b, c], { leaseMs: 30_000 })) === null, 'one of them is taken');
  assert.equal(await context.isFree(a), true, 'the one before it is free');
  assert.equal(await context.isFree(c), true, 'the one behind it is free');
  assert.equal(await context.isFree(b), false);
  await assert.rejects(other.acquire([a, b, c], { leaseMs: 30_000, waitMs: 100 }));
  // The caller hears of the timeout first, its places are given up behind it.
  await until(() => context.isFree(a), { withinMs: 500, what: 'the one before it is free after a wait' });
  await until(() => context.isFree(c), { withinMs: 500, what: 'the one behind it is free after a wait' });
  assert.equal(await held.release(), true);
}

async function differentSlots(context: CaseContext): Promise<void> {
  const { provider, locks } = await context.intercepted();
  const resources = [context.resource('a'), `other-${context.resource('b')}`];
  let lock: Lock;
  try {
    lock = await locks.acquire(resources, { leaseMs: 5_000, waitMs: 1_000 });
  } catch (error) {
    assert.ok(error instanceof LockUsageError, `a typed error, not ${String(error)}`);
    assert.equal(provider.acquires, 0, 'acquire commands sent');
    for (const resource of resources) assert.equal(await context.isFree(resource), true);
    return;
  }
  for (const resource of resources) assert.equal(await context.isFree(resource), false);
  assert.equal(await lock.release(), true);
  for (const resource of resources) assert.equal(await context.isFree(resource), true);
}

async function nested(context: CaseContext): Promise<void> {
  const locks = await context.manager();
  const resource = context.resource();
  await locks.using(resource, { leaseMs: 5_000, waitMs: 0 }, async (lock) => {
    assert.ok(
      (await locks.tryAcquire(resource, { leaseMs: 5_000 })) === null,
      'a second holder in the same job',
    );
    await rejectsWith(locks.acquire(resource, { leaseMs: 5_000, waitMs: 0 }), LockContendedError);
    const again = await locks.acquire(resource, { leaseMs: 5_000, waitMs: 0, reentrant: true });
    assert.deepEqual([...again.fences], [...lock.fences], 'a re-entry keeps the fence');
    await again.release();
    assert.equal(await context.isFree(resource), false, 'leaving the re-entry does not release the lock');
  });
  await rejectsWith(
    (async () => {
      const held = await locks.acquire(resource, { leaseMs: 5_000, waitMs: 0 });
      try {
        await locks.acquire(resource, { leaseMs: 5_000, waitMs: 0, reentrant: true });
      } finally {
        await held.release();
      }
    })(),
    LockContendedError,
    'reentrant outside of using is not a re-entry',
  );
  assert.equal(await context.isFree(resource), true);
}
