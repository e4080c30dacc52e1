import assert from 'node:assert/strict';
import { LockLostError, LockUnavailableError } from '../../errors.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import {
  aborted,
  atLeast,
  atMost,
  inTime,
  rejectsWith,
  replyLost,
  sleep,
  timed,
  TooLateError,
  until,
  whileSteady,
  withTimers,
  withWallClock,
} from '../support.js';

export const HOLDING: readonly ConformanceCase[] = [
  { number: 9, title: 'Every renewal fails: the signal fires in time', needs: [], run: renewalsFail },
  { number: 10, title: 'One renewal fails, the next succeeds: no abort', needs: [], run: oneRenewalFails },
  { number: 11, title: 'A stolen key: abort, the thief keeps it', needs: [], run: stolenKey },
  { number: 12, title: 'A failing release takes nothing from the caller', needs: [], run: failingRelease },
  { number: 14, title: 'The wall clock jumps: the deadline does not move', needs: [], run: clockJumps },
  {
    number: 15,
    title: 'At most 4 renewals a lease, no timer left',
    needs: [],
    timeoutMs: 90_000,
    run: renewalRate,
  },
  {
    number: 16,
    title: 'Release racing renewal: no key comes back to life',
    needs: [],
    timeoutMs: 180_000,
    run: releaseRacingRenewal,
  },
  {
    number: 39,
    title: 'A holder hears who waits: at once, or by a renewal',
    needs: ['fair'],
    run: contendedHolder,
  },
];

async function renewalsFail(context: CaseContext): Promise<void> {
  const [leaseMs, delayMs] = [800, 300];
  const resource = context.resource();
  const { provider, locks } = await context.intercepted();
  provider.onExtend = (claim) => Promise.reject(replyLost(claim.resources));
  let sentAt = 0;
  provider.onAcquire = async (request) => {
    sentAt = performance.now();
    await sleep(delayMs); // on its way: the store's lease begins this much later, and so does its end
    return provider.real.acquire(request);
  };
  const work = locks.using(resource, { leaseMs, waitMs: 0 }, async (lock) => {
    const abortedAt = await aborted(lock);
    assert.equal(
      await context.isFree(resource),
      false,
      'the store still keeps the lock when the signal fires',
    );
    atLeast(abortedAt - sentAt, leaseMs - 5, 'ms after the acquire command was sent');
    inTime(abortedAt - sentAt, leaseMs + delayMs - 50, 'ms after the acquire command was sent');
    assert.ok(lock.signal.reason instanceof LockLostError);
  });
  await rejectsWith(work, LockLostError);
}

async function oneRenewalFails(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const { provider, locks } = await context.intercepted();
  provider.onExtend = (claim, leaseMs) =>
    provider.extends % 2 === 1
      ? Promise.reject(replyLost(claim.resources))
      : provider.real.extend(claim, leaseMs);
  await locks.using(resource, { leaseMs: 1_200, waitMs: 0 }, async (lock) => {
    await sleep(2_600);
    assert.equal(lock.signal.aborted, false);
    assert.equal(await context.isFree(resource), false);
  });
  atLeast(provider.extends, 3, 'renewals');
  assert.equal(await context.isFree(resource), true);
}

async function stolenKey(context: CaseContext): Promise<void> {
  await stolenDuringTheJob(context);
  await stolenDuringARenewal(context);
  await stolenBeforeTheRelease(context);
}

async function stolenDuringTheJob(context: CaseContext): Promise<void> {
  const leaseMs = 1_500;
  const resource = context.resource();
  const { provider, locks } = await context.intercepted();
  const thief = context.request(resource, { leaseMs: 30_000 });
  const work = locks.using(resource, { leaseMs, waitMs: 0 }, async (lock) => {
    const stolenAt = performance.now();
    await context.steal(lastClaim(provider), provider.real, thief);
    inTime((await aborted(lock)) - stolenAt, leaseMs / 3 + 400, 'ms until the abort');
  });
  await rejectsWith(work, LockLostError);
  await thiefIsUntouched(context, resource);
}

/** The renewal is on its way when the key changes hands: it is for the old holder or for nobody. */
async function stolenDuringARenewal(context: CaseContext): Promise<void> {
  const resource = context.resource('item:2:deduct');
  const { provider, locks } = await context.intercepted();
  const thief = context.request(resource, { leaseMs: 30_000 });
  let stolen = false;
  provider.onExtend = async (claim, leaseMs) => {
    const renewal = provider.real.extend(claim, leaseMs);
    if (!stolen) {
      stolen = true;
      await sleep(20);
      await context.steal(lastClaim(provider), provider.real, thief);
    }
    return renewal;
  };
  const work = locks.using(resource, { leaseMs: 900, waitMs: 0 }, async (lock) => {
    await aborted(lock);
  });
  await rejectsWith(work, LockLostError);
  await thiefIsUntouched(context, resource);
}

async function stolenBeforeTheRelease(context: CaseContext): Promise<void> {
  const resource = context.resource('item:3:deduct');
  const { provider, locks } = await context.intercepted();
  const thief = context.request(resource, { leaseMs: 30_000 });
  const work = locks.using(resource, { leaseMs: 30_000, waitMs: 0 }, async () => {
    await context.steal(lastClaim(provider), provider.real, thief);
  });
  await rejectsWith(work, LockLostError);
  await thiefIsUntouched(context, resource);
}

function lastClaim(provider: { lastRequest: unknown }): { resources: readonly string[]; token: string } {
  assert.ok(provider.lastRequest);
  return provider.lastRequest as { resources: readonly string[]; token: string };
}

async function thiefIsUntouched(context: CaseContext, resource: string): Promise<void> {
  assert.equal(await context.isFree(resource), false, 'the thief has kept the key');
  const remainingMs = await context.remainingMs(resource);
  if (remainingMs !== undefined) atLeast(remainingMs, 20_000, "ms left of the thief's lease");
}

async function failingRelease(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const { provider, locks } = await context.intercepted();
  const own = new Error('of the job');
  const throwing = () =>
    locks
      .using(resource, { leaseMs: 30_000, waitMs: 0 }, () => Promise.reject(own))
      .then(
        () => assert.fail('the job failed'),
        (error: unknown) => assert.equal(error, own, "the caller gets the job's own error"),
      );
  await throwing();
  assert.equal(await context.isFree(resource), true, 'a job that throws leaves no lock behind');

  provider.onRelease = (claim) => Promise.reject(replyLost(claim.resources));
  await throwing();
  const settled = { onRelease: provider.onRelease };
  provider.onRelease = undefined;
  await until(() => context.isFree(resource), { what: 'it is given back in the background' });

  provider.onRelease = settled.onRelease;
  const value = await locks.using(resource, { leaseMs: 30_000, waitMs: 0 }, () => Promise.resolve('sold'));
  assert.equal(value, 'sold');
  provider.onRelease = undefined;
  await until(() => context.isFree(resource), { what: 'it is given back in the background' });
}

async function clockJumps(context: CaseContext): Promise<void> {
  const leaseMs = 400;
  const { provider, locks } = await context.intercepted();
  const other = await context.manager();
  const jump = async (jumpMs: number): Promise<void> => {
    const resource = context.resource(`clock:${jumpMs}`);
    provider.onExtend = undefined;
    const renewed = await locks.acquire(`${resource}:renewed`, { leaseMs, waitMs: 0 });
    provider.onExtend = (claim, lease) =>
      claim.resources[0] === resource
        ? Promise.reject(replyLost(claim.resources))
        : provider.real.extend(claim, lease);
    const startedAt = performance.now();
    const lock = await locks.acquire(resource, { leaseMs, waitMs: 0 });
    await withWallClock(jumpMs, async () => {
      await sleep(100);
      assert.equal(lock.signal.aborted, false, 'the jump ends no lock');
      assert.ok(
        (await other.tryAcquire(resource, { leaseMs })) === null,
        'the store keeps it as long as before',
      );
      const abortedMs = (await aborted(lock)) - startedAt;
      atLeast(abortedMs, leaseMs - 5, 'ms until the deadline');
      inTime(abortedMs, leaseMs + 300, 'ms until the deadline');
      const { error, tookMs } = await timed(() =>
        other.acquire(`${resource}:renewed`, { leaseMs, waitMs: 500 }),
      );
      assert.ok(error, 'a lock that is renewed stays held');
      atLeast(tookMs, 500, 'ms waited');
      inTime(tookMs, 750, 'ms waited');
      assert.equal(renewed.signal.aborted, false);
    });
    assert.equal(await renewed.release(), true);
  };
  for (const jumpMs of [3_600_000, -3_600_000])
    await whileSteady({ provider, limitMs: leaseMs / 2 }, () => jump(jumpMs));
}

async function renewalRate(context: CaseContext): Promise<void> {
  const leaseMs = 200;
  const leases = context.full ? 300 : 15;
  const { provider, locks } = await context.intercepted();
  await locks.using(context.resource('other'), { leaseMs, waitMs: 1_000 }, () => Promise.resolve());
  const hold = (resource: string) =>
    locks.using(resource, { leaseMs, waitMs: 1_000 }, async (lock) => {
      for (let step = 0; step < 10 * leases && !lock.signal.aborted; step += 1) await sleep(leaseMs / 10);
    });
  // So short a lease seldom outlives a pause of the machine, and this one is renewed for long: it may be tried more often.
  for (let attempts = 5; ; attempts -= 1) {
    provider.extends = 0;
    try {
      await whileSteady({ provider, limitMs: leaseMs / 3 }, () =>
        hold(context.resource(`attempt:${attempts}`)),
      );
      break;
    } catch (error) {
      if (attempts === 1 || !(error instanceof TooLateError)) throw error;
    }
  }
  const renewals = provider.extends;
  atLeast(renewals, leases, 'renewals');
  atMost(renewals, 4 * leases, 'renewals');
  await sleep(2 * leaseMs);
  assert.equal(provider.extends, renewals, 'nothing is renewed after the release');
  await leavesNoTimer(context);
}

/** Those of a lock are of its lease and of a third of it; a provider's own are shorter, or much longer. */
async function leavesNoTimer(context: CaseContext): Promise<void> {
  const leaseMs = 900;
  const { provider, locks } = await context.intercepted();
  await whileSteady({ provider, limitMs: leaseMs / 9 }, async () => {
    const timers = await withTimers(async (pending) => {
      const during = await locks.using(context.resource('timers'), { leaseMs, waitMs: 1_000 }, async () => {
        await sleep(400); // renewed once
        return pending({ fromMs: 250, toMs: leaseMs }).length;
      });
      await sleep(100);
      return { during, after: pending({ fromMs: 250, toMs: leaseMs }).length };
    });
    atLeast(timers.during, 2, 'timers of a lock that is held'); // else the case looks at the wrong ones
    assert.equal(timers.after, 0, 'timers that are left');
  });
}

/** A provider may give up a renewal that a release has overtaken. */
function unavailableAtMost(error: unknown): void {
  assert.ok(error instanceof LockUnavailableError, String(error));
}

async function releaseRacingRenewal(context: CaseContext): Promise<void> {
  const [rounds, atOnce] = context.full ? [1_000, 10] : [100, 10];
  const locks = await context.manager();
  const provider = await context.provider();
  /** At the store itself: a late renewal of whoever has released must not take the lock from the next holder, or revive it. */
  const raceAtStore = async (index: number): Promise<void> => {
    const claim = context.request(context.resource(`race:${index}`), { leaseMs: 60_000 });
    assert.equal((await provider.acquire(claim)).granted, true);
    const extend = () => provider.extend(claim, 60_000).catch(unavailableAtMost);
    if (index % 2 === 0) await Promise.all([extend(), provider.release(claim)]);
    else await Promise.all([provider.release(claim), extend()]);
    await extend();
  };
  const race = async (index: number): Promise<void> => {
    const resource = context.resource(`race:${index}`);
    const lock = await locks.acquire(resource, { leaseMs: 60_000, waitMs: 0 });
    const release = () => lock.release().then((was) => assert.equal(was, true));
    const extend = () => lock.extend(60_000).catch(unavailableAtMost);
    if (index % 2 === 0) await Promise.all([extend(), release()]);
    else await Promise.all([release(), extend()]);
  };
  for (let round = 0; round < rounds; round += 1) {
    const indexes = Array.from({ length: atOnce }, (_, index) => round * atOnce + index);
    await Promise.all(indexes.map((index) => (index % 4 < 2 ? race(index) : raceAtStore(index))));
    const free = await Promise.all(indexes.map((index) => context.isFree(context.resource(`race:${index}`))));
    assert.equal(free.filter((isFree) => !isFree).length, 0, 'locks that came back to life');
  }
}

async function contendedHolder(context: CaseContext): Promise<void> {
  const { provider, locks } = await context.intercepted();
  const others = await context.manager();
  /** @returns how long after another process asks for the lock its holder is told */
  const toldMs = async (resource: string, leaseMs: number): Promise<number> => {
    const lock = await locks.acquire(resource, { leaseMs, waitMs: 0 });
    let toldAt = 0;
    lock.onContended(() => (toldAt ||= performance.now()));
    assert.equal(await lock.extend(leaseMs), true);
    assert.equal(toldAt, 0, 'nobody is told of while nobody waits');
    const askedAt = performance.now();
    const waiting = others.acquire(resource, { leaseMs: 5_000, waitMs: 5_000 });
    await until(() => toldAt > 0, { what: 'the holder is told' });
    assert.equal(await lock.release(), true);
    await (await waiting).release();
    return toldAt - askedAt;
  };
  if (context.has('contentionEvents')) {
    inTime(await toldMs(context.resource('told'), 30_000), 250, 'ms until it was told');
  }
  provider.onWatch = () => () => undefined; // nothing is heard
  inTime(await toldMs(context.resource('deaf'), 3_000), 1_500, 'ms until a renewal told it');
}
