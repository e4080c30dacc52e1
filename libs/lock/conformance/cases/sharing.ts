import assert from 'node:assert/strict';
import { LockContendedError, LockUnavailableError } from '../../errors.js';
import type { LockManager } from '../../lock-manager.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import { atLeast, inTime, rejectsWith, sleep, timed, withWallClock } from '../support.js';

export const SHARING: readonly ConformanceCase[] = [
  {
    number: 28,
    title: 'replicaAcks without a replica: unavailable, no key left',
    needs: ['replicaAcks'],
    run: missingReplica,
  },
  {
    number: 30,
    title: 'releaseAll(owner) leaves a new holder alone',
    needs: ['inspection'],
    run: releaseAllOfOne,
  },
  { number: 32, title: 'Scheduled: once within atLeastMs, free at atMostMs', needs: [], run: scheduled },
  { number: 33, title: 'singleFlight: 500 callers, one load', needs: ['sharedValues'], run: oneLoad },
];

async function missingReplica(context: CaseContext): Promise<void> {
  const { replicas } = context.subject;
  if (!replicas) return refusedWithoutReplicas(context);
  const options = { leaseMs: 30_000, waitMs: 1_000, replicaAcks: 1 };
  await (await context.manager()).using(context.resource('acknowledged'), options, () => Promise.resolve());
  await replicas.pause();
  try {
    await refusedWithoutReplicas(context);
  } finally {
    await replicas.resume();
  }
}

async function refusedWithoutReplicas(context: CaseContext): Promise<void> {
  const locks = await context.manager({ breakerOpenMs: 50 });
  const resource = context.resource();
  await locks.using(context.resource('first'), { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
  let goesOn = true;
  let slowestMs = 0;
  let calls = 0;
  const others = (async () => {
    while (goesOn) {
      const { tookMs, error } = await timed(
        locks.using(context.resource('other'), { leaseMs: 5_000, waitMs: 1_000 }, () => Promise.resolve()),
      );
      assert.equal(error, undefined, 'other callers are served');
      slowestMs = Math.max(slowestMs, tookMs);
      calls += 1;
      await sleep(1);
    }
  })();
  try {
    const options = { leaseMs: 30_000, waitMs: 0, replicaAcks: 1 };
    for (let time = 0; time < 3; time += 1) {
      await rejectsWith(locks.acquire(resource, options), LockUnavailableError);
      assert.equal(await context.isFree(resource), true, 'the key is gone');
    }
  } finally {
    goesOn = false;
    await others;
  }
  atLeast(calls, 10, 'other calls meanwhile');
  inTime(slowestMs, 100, 'ms of the slowest other call');
}

async function releaseAllOfOne(context: CaseContext): Promise<void> {
  const [one, other] = [await context.manager(), await context.manager()];
  const options = { leaseMs: 30_000, waitMs: 0 };
  const owner = `owner of ${context.resource('shop')}`;
  const [a, b, c] = [context.resource('item:a'), context.resource('item:b'), context.resource('item:c')];
  const first = await one.acquire(a, { ...options, owner });
  await one.acquire(b, { ...options, owner });
  const foreign = await other.acquire(c, { ...options, owner: `${owner} (another)` });

  const { provider, locks } = await context.intercepted();
  let taken = false;
  provider.onList = async (limit) => {
    const held = (await provider.real.list?.(limit)) ?? [];
    if (!taken) {
      taken = true; // between the look and the release, `a` changes hands
      assert.equal(await first.release(), true);
      await other.acquire(a, { ...options, owner: `${owner} (new)` });
    }
    return held;
  };
  const released = await locks.releaseAll({ owner });
  assert.equal(released, 1, 'locks released');
  assert.equal(await context.isFree(b), true);
  assert.equal(await context.isFree(a), false, 'the new holder has kept it');
  assert.equal(await context.isFree(c), false, 'another owner has kept it');
  assert.equal(await foreign.extend(30_000), true);
}

/** What `@ScheduledLock` does with a manager: one try, no renewal, and the rest of `atLeastMs` left to the store. */
async function runScheduled(
  locks: LockManager,
  name: string,
  { atMostMs, atLeastMs }: { atMostMs: number; atLeastMs: number },
): Promise<boolean> {
  try {
    return await locks.using(name, { leaseMs: atMostMs, waitMs: 0, maxHoldMs: 0 }, async (lock) => {
      await lock.releaseAfter(atLeastMs);
      return true;
    });
  } catch (error) {
    if (error instanceof LockContendedError) return false;
    throw error;
  }
}

async function scheduled(context: CaseContext): Promise<void> {
  const name = context.resource('sweep');
  const times = { atMostMs: 5_000, atLeastMs: 400 };
  const runs: number[] = [];
  const node = async (locks: LockManager, offsetMs: number): Promise<void> => {
    await sleep(offsetMs);
    for (let tick = 0; tick < 30; tick += 1) {
      if (await runScheduled(locks, name, times)) runs.push(performance.now());
      await sleep(50);
    }
  };
  const nodes = [await context.manager(), await context.manager(), await context.manager()];
  // A process whose clock is wrong is not asked for the time: the store counts.
  await withWallClock(1_800_000, () => Promise.all(nodes.map((locks, index) => node(locks, 17 * index))));
  atLeast(runs.length, 3, 'runs within one and a half seconds');
  for (const [index, at] of runs.entries()) {
    const before = runs[index - 1];
    // Each end is seen by the process that ran, a little after the store saw it.
    if (before !== undefined) atLeast(at - before, times.atLeastMs - 30, 'ms between two runs');
  }

  const crashing = context.resource('crash');
  const atMostMs = 700;
  const startedAt = performance.now();
  const provider = await context.provider();
  const dying = context.request(crashing, { leaseMs: atMostMs });
  assert.equal((await provider.acquire(dying)).granted, true);
  const [locks = await context.manager()] = nodes;
  while (!(await runScheduled(locks, crashing, { atMostMs, atLeastMs: 1 }))) await sleep(10);
  const freedMs = performance.now() - startedAt;
  atLeast(freedMs, atMostMs - 20, 'ms for which a run that crashed keeps others away');
  inTime(freedMs, atMostMs + 500, 'ms for which a run that crashed keeps others away');
}

async function oneLoad(context: CaseContext): Promise<void> {
  const managers = [await context.manager(), await context.manager(), await context.manager()];
  let away: Error | undefined;
  for (const { events } of managers) events.on('unshared', ({ error }) => (away = error));
  /** @throws LockUnavailableError when the store was: each process has loaded for itself then, as it should */
  const loadedOnce = (times: number, what: string): void => {
    if (times !== 1 && away) throw away;
    assert.equal(times, 1, what);
  };
  const ask = <T>(key: string, load: () => Promise<T>): Promise<T>[] =>
    Array.from({ length: 500 }, (_, index) => {
      const locks = managers[index % managers.length];
      assert.ok(locks);
      return locks.singleFlight(key, { ttlMs: 60_000, leaseMs: 5_000, waitMs: 10_000 }, load);
    });
  let loads = 0;
  const load = async (): Promise<{ price: number }> => {
    loads += 1;
    await sleep(100);
    return { price: 100 + loads };
  };
  const key = context.resource('price');
  const values = await Promise.all(ask(key, load));
  loadedOnce(loads, 'loads');
  assert.deepEqual(new Set(values.map(({ price }) => price)), new Set([101]));
  await Promise.all(ask(key, load));
  loadedOnce(loads, 'loads while the value is fresh');

  let failures = 0;
  const failing = async (): Promise<never> => {
    failures += 1;
    await sleep(1_000); // all have asked by then, on a busy machine too: who asks later tries again
    throw new Error('the catalogue is away');
  };
  const other = context.resource('stock');
  const outcomes = await Promise.allSettled(ask(other, failing));
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected');
    assert.match(String(outcome.reason), /the catalogue is away/);
  }
  loadedOnce(failures, 'loads that failed');
  const [locks] = managers;
  assert.deepEqual(await locks?.singleFlight(other, { ttlMs: 5_000 }, load), { price: 102 }, 'tried again');
}
