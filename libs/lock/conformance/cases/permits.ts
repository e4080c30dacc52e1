import assert from 'node:assert/strict';
import { LockContendedError, LockUsageError } from '../../errors.js';
import type { LockManager } from '../../lock-manager.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import { atMost, inTime, rejectsWith, sleep, timed, whileSteady } from '../support.js';

export const PERMITS: readonly ConformanceCase[] = [
  {
    number: 31,
    title: 'Readers and writers exclude each other; permits come back',
    needs: ['sharing'],
    timeoutMs: 120_000,
    run: async (context) => {
      await neverMoreThanThePermits(context);
      await readersAndWriters(context);
      await writerIsNotStarved(context);
      await deadHolder(context);
      await endedIsNotRevived(context);
      await numbersDoNotMix(context);
    },
  },
];

/** How many are inside at once, and the most there ever were. */
class Room {
  inside = 0;
  peak = 0;

  async visit(ms: number): Promise<void> {
    this.inside += 1;
    this.peak = Math.max(this.peak, this.inside);
    await sleep(ms);
    this.inside -= 1;
  }
}

async function neverMoreThanThePermits(context: CaseContext): Promise<void> {
  const resource = context.resource('semaphore');
  const [permits, times] = [3, context.full ? 200 : 15];
  const managers = await Promise.all(Array.from({ length: 8 }, () => context.manager()));
  await heldTogether(managers, resource, { permits, count: permits });
  const room = new Room();
  const fences: number[] = [];
  const visit = async (locks: LockManager): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await locks.using(resource, { leaseMs: 20_000, waitMs: 60_000, permits }, async (lock) => {
        fences.push(...lock.fences.values());
        await room.visit(1 + Math.random() * 3);
      });
    }
  };
  await Promise.all(managers.flatMap((locks) => [visit(locks), visit(locks)])); // and two waiters in each process
  atMost(room.peak, permits, 'inside at once');
  if (context.has('fencing')) assert.equal(new Set(fences).size, 16 * times, 'each has a fence of its own');
  assert.equal(await context.isFree(resource), true, 'nothing is left');
}

/** So many hold it at once, and where that is all of the permits nobody else. */
async function heldTogether(
  managers: readonly LockManager[],
  resource: string,
  { permits, count }: { permits: number; count: number },
): Promise<void> {
  const options = { leaseMs: 20_000, waitMs: 0, permits };
  const held = await Promise.all(managers.slice(0, count).map((locks) => locks.acquire(resource, options)));
  const next = managers[count];
  if (next && count === permits) await rejectsWith(next.acquire(resource, options), LockContendedError);
  for (const lock of held) assert.equal(await lock.release(), true);
}

async function readersAndWriters(context: CaseContext): Promise<void> {
  const resource = context.resource('document');
  const times = context.full ? 200 : 15;
  const [readers, writers] = [new Room(), new Room()];
  const work = async (locks: LockManager, isReader: boolean): Promise<void> => {
    const options = { leaseMs: 20_000, waitMs: 60_000, ...(isReader ? { permits: Infinity } : {}) };
    for (let time = 0; time < times; time += 1) {
      await locks.using(resource, options, async () => {
        assert.equal(writers.inside, 0, 'nobody is inside with a writer');
        if (!isReader) assert.equal(readers.inside, 0, 'no writer is inside with readers');
        await (isReader ? readers : writers).visit(1 + Math.random() * 3);
      });
    }
  };
  const managers = await Promise.all(Array.from({ length: 6 }, () => context.manager()));
  await heldTogether(managers, resource, { permits: Infinity, count: 4 });
  await Promise.all(managers.map((locks, index) => work(locks, index < 4)));
  assert.equal(writers.peak, 1, 'one writer at a time');
}

/** Readers that come one after another, and overlap, let a writer in that came before them. */
async function writerIsNotStarved(context: CaseContext): Promise<void> {
  await readersWaitBehindAWriter(context);
  const resource = context.resource('popular');
  const [reader, writer] = [await context.manager(), await context.manager()];
  let goesOn = true;
  const read = async (): Promise<void> => {
    while (goesOn) {
      await reader.using(resource, { leaseMs: 5_000, waitMs: 30_000, permits: Infinity }, () => sleep(30));
    }
  };
  const readers = [read(), sleep(15).then(read), sleep(5).then(read)];
  try {
    await sleep(100);
    const { tookMs, error } = await timed(
      writer.using(resource, { leaseMs: 5_000, waitMs: 10_000 }, () => sleep(1)),
    );
    assert.equal(error, undefined);
    inTime(tookMs, 2_000, 'the writer’s wait among readers');
  } finally {
    goesOn = false;
    await Promise.all(readers);
  }
}

async function readersWaitBehindAWriter(context: CaseContext): Promise<void> {
  const resource = context.resource('turns');
  const provider = await context.provider();
  const reader = () => context.request(resource, { permits: Infinity });
  const [inside, newcomer] = [reader(), reader()];
  const writer = context.request(resource, { placeMs: 10_000 });
  assert.equal((await provider.acquire(inside)).granted, true);
  assert.equal((await provider.acquire(writer)).granted, false);
  assert.equal((await provider.acquire(newcomer)).granted, false, 'a reader that comes after the writer');
  assert.equal(await provider.release(inside), true);
  assert.equal((await provider.acquire(writer)).granted, true);
  assert.equal(await provider.release(writer), true);
  assert.equal((await provider.acquire(newcomer)).granted, true);
  assert.equal(await provider.release(newcomer), true);
}

async function deadHolder(context: CaseContext): Promise<void> {
  const resource = context.resource('dead');
  const { provider, locks } = await context.intercepted();
  const leaseMs = 1_000;
  const options = { leaseMs, waitMs: 10_000, permits: 2 };
  await whileSteady({ provider, limitMs: leaseMs / 2 }, async () => {
    const living = await locks.acquire(resource, options);
    if (context.has('distributed')) {
      const child = context.child({ do: 'hold', resource, leaseMs, permits: 2 });
      await child.report('held');
      await child.kill();
    } else {
      const abandoned = await context.provider();
      const request = context.request(resource, { leaseMs, permits: 2 });
      assert.equal((await abandoned.acquire(request)).granted, true);
    }
    await rejectsWith(locks.acquire(resource, { ...options, waitMs: 0 }), LockContendedError);
    const { tookMs, error } = await timed(locks.using(resource, options, () => Promise.resolve()));
    assert.equal(error, undefined);
    inTime(tookMs, leaseMs + 500, 'the dead one’s permit is free');
    assert.equal(living.signal.aborted, false, 'who lives has kept its own');
    assert.equal(await living.release(), true);
  });
}

/** Though others hold on, and so the resource is held. */
async function endedIsNotRevived(context: CaseContext): Promise<void> {
  const resource = context.resource('ended');
  const provider = await context.provider();
  const short = context.request(resource, { leaseMs: 200, permits: 5 });
  const long = context.request(resource, { leaseMs: 10_000, permits: 5 });
  const grant = await provider.acquire(short);
  assert.equal(grant.granted, true);
  assert.deepEqual(await provider.acquire(short), grant, 'an attempt that is repeated finds its own grant');
  assert.equal((await provider.acquire(long)).granted, true);
  await sleep(150);
  assert.equal((await provider.extend(long, 10_000)).held, true, 'another’s is counted anew');
  await sleep(100);
  assert.equal((await provider.extend(short, 10_000)).held, false, 'a lease that has ended');
  assert.equal(await provider.release(short), false);
  assert.equal((await provider.extend(long, 10_000)).held, true, 'another’s goes on');
  assert.equal(await provider.release(long), true);
  assert.equal(await context.isFree(resource), true);
}

async function numbersDoNotMix(context: CaseContext): Promise<void> {
  const resource = context.resource('mixed');
  const locks = await context.manager();
  const options = { leaseMs: 5_000, waitMs: 0 };
  const one = await locks.acquire(resource, { ...options, permits: 2 });
  for (const permits of [1, 3, Infinity]) {
    await rejectsWith(locks.acquire(resource, { ...options, permits }), LockContendedError, `${permits}`);
  }
  await one.release();
  for (const permits of [0, -1, 1.5, Number.NaN]) {
    await rejectsWith(locks.acquire(resource, { ...options, permits }), LockUsageError, `${permits}`);
  }
  const two = [resource, context.resource('second')];
  await rejectsWith(locks.acquire(two, { ...options, permits: 2 }), LockUsageError);
}
