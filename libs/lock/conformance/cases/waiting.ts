import assert from 'node:assert/strict';
import { LockAbortedError, LockContendedError, LockWaitTimeoutError } from '../../errors.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import type { LockManager } from '../../lock-manager.js';
import type { LockProvider } from '../../provider.js';
import { InterceptedProvider } from '../intercepted-provider.js';
import { atLeast, atMost, inTime, rejectsWith, sleep, timed, until } from '../support.js';

export const WAITING: readonly ConformanceCase[] = [
  { number: 4, title: 'waitMs 0: exactly one acquire command', needs: [], run: oneCommand },
  { number: 5, title: 'waitMs 300: rejects within 300–450 ms, no ghost', needs: [], run: waitsItsTime },
  { number: 6, title: 'An aborted waiter is gone within 100 ms', needs: [], run: abortedWaiter },
  {
    number: 22,
    title: 'Fair: 100 waiters in order, a dead one delays by its place',
    needs: ['fair'],
    timeoutMs: 90_000,
    run: fairOrder,
  },
  { number: 23, title: 'Every message dropped: progress within the lease', needs: [], run: deafWaiter },
  { number: 24, title: 'A release before the SUBSCRIBE is not missed', needs: [], run: earlyRelease },
  {
    number: 25,
    title: '1,000 waiters: at most 2 acquire commands a grant',
    needs: [],
    processes: true,
    timeoutMs: 180_000,
    run: manyWaiters,
  },
];

async function oneCommand(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const { provider, locks } = await context.intercepted();
  await locks.using(context.resource('other'), { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
  const count = (work: () => Promise<unknown>) => context.subject.counts?.acquires(work) ?? work();
  const sent = async (work: () => Promise<unknown>): Promise<number> => {
    const before = provider.acquires;
    const onTheWire = await count(work);
    if (typeof onTheWire === 'number') assert.equal(onTheWire, 1, 'acquire commands on the wire');
    return provider.acquires - before;
  };
  const free = () => locks.acquire(context.resource('free'), { leaseMs: 30_000, waitMs: 0 });
  assert.equal(await sent(free), 1, 'acquire commands for a free lock');
  await (await context.manager()).acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  const contended = () =>
    rejectsWith(locks.acquire(resource, { leaseMs: 1_000, waitMs: 0 }), LockContendedError);
  assert.equal(await sent(contended), 1, 'acquire commands for a taken lock');
  const tried = async () => assert.ok((await locks.tryAcquire(resource, { leaseMs: 1_000 })) === null);
  assert.equal(await sent(tried), 1, 'acquire commands of tryAcquire');
}

async function waitsItsTime(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const holder = await (await context.manager()).acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  const { provider, locks } = await context.intercepted();
  await locks.using(context.resource('other'), { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
  const { tookMs, error } = await timed(() => locks.acquire(resource, { leaseMs: 5_000, waitMs: 300 }));
  assert.ok(error instanceof LockWaitTimeoutError, String(error));
  atLeast(tookMs, 300, 'ms waited');
  inTime(tookMs, 450, 'ms waited');
  assert.equal(await holder.release(), true);
  await sleep(200);
  assert.equal(await context.isFree(resource), true, 'nothing was acquired afterwards');

  provider.onAcquire = async (request) => {
    const answer = await provider.real.acquire(request);
    await sleep(600);
    return answer;
  };
  const late = await timed(locks.acquire(resource, { leaseMs: 30_000, waitMs: 100 }));
  assert.ok(late.error instanceof LockWaitTimeoutError, String(late.error));
  inTime(late.tookMs, 250, 'ms waited for a late reply');
  await until(() => context.isFree(resource), { what: 'the late grant is given back' });
}

async function abortedWaiter(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const holder = await (await context.manager()).acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  const { provider, locks } = await context.intercepted();
  const observer = await context.provider();
  const { counts } = context.subject;
  const places = async (): Promise<number> => {
    const locked = await observer.list?.(1_000);
    return locked?.find((info) => info.resource === resource)?.waiters ?? 0;
  };
  const listeners = async (): Promise<number> => (await counts?.listeners?.(resource)) ?? 0;
  const controller = new AbortController();
  const options = { leaseMs: 5_000, waitMs: 20_000, signal: controller.signal };
  const calls = Array.from({ length: 3 }, () => locks.acquire(resource, options));
  const waiters = Promise.allSettled(calls);
  await standsInLine(provider, Promise.all(calls));
  if (counts?.listeners) await until(async () => (await listeners()) > 0, { what: 'the waiter listens' });
  if (context.has('fair') && context.has('inspection')) {
    assert.equal(await places(), 1, 'places of this process');
  }
  await sleep(20);
  const abortedAt = performance.now();
  controller.abort(new Error('the buyer has left'));
  for (const outcome of await waiters) {
    assert.equal(outcome.status, 'rejected');
    assert.ok(outcome.reason instanceof LockAbortedError, String(outcome.reason));
  }
  inTime(performance.now() - abortedAt, 100, 'ms until the waiters are gone');
  await until(async () => (await places()) === 0 && (await listeners()) === 0 && provider.watching === 0, {
    withinMs: 500,
    what: 'place, subscription and watch are gone',
  });
  inTime(performance.now() - abortedAt, 100, 'ms until place, subscription and watch are gone');
  assert.equal(await holder.release(), true);
  assert.equal(await context.isFree(resource), true, 'nobody stands in front any more');
}

/** Waits until a call of the provider's was refused, so that it waits. @throws TooLateError, or what the call threw instead */
async function standsInLine(provider: InterceptedProvider, call: Promise<unknown>): Promise<void> {
  const refused = until(() => provider.refusals > 0, { withinMs: 15_000, what: 'the waiter is refused' });
  const { tookMs, error } = await timed(Promise.race([refused, call]));
  if (error) throw error as Error;
  inTime(tookMs, 5_000, 'ms until the waiter is refused');
}

async function fairOrder(context: CaseContext): Promise<void> {
  await servesInOrder(context);
  await passesTheDead(context);
}

async function servesInOrder(context: CaseContext): Promise<void> {
  const [waiters, perProvider] = [100, 25];
  const resource = context.resource();
  const holder = await (await context.manager()).acquire(resource, { leaseMs: 60_000, waitMs: 0 });
  const served: number[] = [];
  const waiting: Promise<void>[] = [];
  const inLine: InterceptedProvider[] = [];
  let shared: LockProvider | undefined;
  for (let index = 0; index < waiters; index += 1) {
    // Each manager is a contender of its own, as a process has one; some share their connections.
    if (!shared || index % perProvider === 0) {
      shared = await context.provider();
      await answers(context, context.managerOf(new InterceptedProvider(shared, { shared: true })));
    }
    const provider = new InterceptedProvider(shared, { shared: true });
    const locks = context.managerOf(provider);
    const turn = locks.using(resource, { leaseMs: 10_000, waitMs: 60_000 }, () => {
      served.push(index);
      return Promise.resolve();
    });
    turn.catch(() => undefined); // heard below
    waiting.push(turn);
    inLine.push(provider);
    await standsInLine(provider, turn);
  }
  await holder.release();
  await Promise.all(waiting);
  for (const { longestSilenceMs, lastRequest } of inLine)
    inTime(
      longestSilenceMs,
      lastRequest?.placeMs ?? 0,
      'ms from an attempt of a waiter to its next: its place lasts',
    );
  assert.deepEqual(
    served,
    Array.from({ length: waiters }, (_, index) => index),
  );
}

/** Waits until the store answers: a connection that is only being made is no part of what a case promises. */
async function answers(context: CaseContext, locks: LockManager): Promise<void> {
  const asked = () => locks.tryAcquire(context.resource('connecting'), { leaseMs: 100 });
  await until(
    () =>
      asked().then(
        () => true,
        () => false,
      ),
    { withinMs: 15_000, what: 'the store answers' },
  );
}

async function passesTheDead(context: CaseContext): Promise<void> {
  const placeMs = 1_000;
  const resource = context.resource('item:2:deduct');
  const holder = await (await context.manager()).acquire(resource, { leaseMs: 60_000, waitMs: 0 });
  const dead = await context.provider();
  const queuedAt = performance.now();
  assert.equal((await dead.acquire(context.request(resource, { placeMs }))).granted, false);
  const { provider, locks } = await context.intercepted();
  const call = locks.acquire(resource, { leaseMs: 5_000, waitMs: 20_000 });
  const alive = timed(call);
  await standsInLine(provider, call);
  await holder.release();
  const { error } = await alive;
  assert.equal(error, undefined);
  const passedMs = performance.now() - queuedAt;
  inTime(passedMs, placeMs + 500, 'ms behind a dead waiter');
  atLeast(passedMs, placeMs - 50, 'ms that the place of a waiter is kept'); // else the case saw no dead one
}

async function deafWaiter(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const { provider, locks } = await context.intercepted();
  provider.onWatch = () => () => undefined;
  const holder = await (
    await context.manager()
  ).acquire(resource, {
    leaseMs: 1_000,
    waitMs: 0,
    maxHoldMs: 0, // dies with its lease
  });
  const { tookMs, error } = await timed(locks.acquire(resource, { leaseMs: 5_000, waitMs: 20_000 }));
  assert.equal(error, undefined);
  assert.equal(holder.signal.aborted, true);
  inTime(tookMs, 1_500, 'ms until a deaf waiter goes on');
}

async function earlyRelease(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const holder = await (await context.manager()).acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  const { provider, locks } = await context.intercepted();
  let releasedAt = 0;
  provider.onAcquire = async (request) => {
    const answer = await provider.real.acquire(request);
    if (!answer.granted && releasedAt === 0) {
      await holder.release(); // the store has said no, and the caller has not heard it yet
      releasedAt = performance.now();
    }
    return answer;
  };
  const { error } = await timed(locks.acquire(resource, { leaseMs: 5_000, waitMs: 20_000 }));
  assert.equal(error, undefined);
  assert.ok(releasedAt > 0, 'the waiter was refused first');
  // Without a queue in the store a provider may poll: its waiter looks again within half of its place's time.
  inTime(performance.now() - releasedAt, context.has('fair') ? 300 : 1_200, 'ms after the release');
}

async function manyWaiters(context: CaseContext): Promise<void> {
  const waiters = 1_000;
  const options = { leaseMs: 20_000, waitMs: 120_000 };
  const resource = context.resource();
  const holder = await (await context.manager()).acquire(resource, { ...options, waitMs: 0 });
  const { provider, locks } = await context.intercepted();
  await answers(context, locks);
  const connecting = provider.acquires;
  const served: number[] = [];
  const serve = async (): Promise<void> => {
    const all = Promise.all(
      Array.from({ length: waiters }, (_, index) =>
        locks.using(resource, options, async () => {
          served.push(index);
          await Promise.resolve();
        }),
      ),
    );
    all.catch(() => undefined); // heard below, unless the case fails before
    await standsInLine(provider, all);
    await holder.release();
    await all;
  };
  const onTheWire = await (context.subject.counts?.acquires(serve) ?? serve());
  assert.deepEqual(
    served,
    Array.from({ length: waiters }, (_, index) => index),
    'those of one process are served in order',
  );
  atMost(provider.acquires - connecting, 2 * waiters, 'acquire commands of one process');
  if (typeof onTheWire === 'number') atMost(onTheWire, 2 * waiters, 'acquire commands on the wire');
  if (context.has('distributed')) await waitersOfManyProcesses(context, waiters);
}

async function waitersOfManyProcesses(context: CaseContext, waiters: number): Promise<void> {
  const processes = 8;
  const resource = context.resource('item:2:deduct');
  const locks = await context.manager();
  const holder = await locks.acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  const children = Array.from({ length: processes }, () =>
    context.child({ do: 'wait', resource, waiters: waiters / processes }),
  );
  await Promise.all(children.map((child) => child.report('waiting')));
  // While they were started they looked again from time to time: that is no grant's cost.
  for (const child of children) child.order('go');
  await Promise.all(children.map((child) => child.report('counting')));
  await holder.release();
  const reports = await Promise.all(children.map((child) => child.report('done')));
  const sent = reports.reduce((sum, { acquires }) => sum + acquires, 0);
  atMost(sent, 2 * waiters + 10 * processes, 'acquire commands of 8 processes');
  if (!context.has('fencing')) return;
  const fences = reports.flatMap((report) => report.fences);
  assert.equal(new Set(fences).size, waiters, 'each grant has a fence of its own');
}
