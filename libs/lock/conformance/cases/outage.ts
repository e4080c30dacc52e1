import assert from 'node:assert/strict';
import { LockError, LockLostError, LockUnavailableError } from '../../errors.js';
import type { Lock } from '../../lock.js';
import type { LockManager } from '../../lock-manager.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import { inTime, rejectsWith, replyLost, sleep, timed, until } from '../support.js';

const DEFAULT_BUDGET_MS = 1_500;

export const OUTAGE: readonly ConformanceCase[] = [
  { number: 7, title: 'A lost reply: the retry acquires, no orphan', needs: [], run: lostReply },
  { number: 8, title: 'A reply later than the lease: rejected, released', needs: [], run: lateReply },
  {
    number: 34,
    title: 'The store is away: fails within its budget, comes back',
    needs: [],
    hurts: true,
    timeoutMs: 90_000,
    run: storeAway,
  },
  {
    number: 35,
    title: 'Scripts forgotten, store restarted: the next call works',
    needs: [],
    hurts: true,
    timeoutMs: 60_000,
    run: storeForgets,
  },
  {
    number: 40,
    title: 'Evicted, OOM, READONLY: store away, never granted',
    needs: [],
    hurts: true,
    timeoutMs: 60_000,
    run: storeRefuses,
  },
];

async function lostReply(context: CaseContext): Promise<void> {
  const { provider, locks } = await context.intercepted({ breakerOpenMs: 50 });
  const resource = context.resource();
  const loseOnce = <Args extends unknown[], Answer>(real: (...args: Args) => Promise<Answer>) => {
    let lost = false;
    return async (...args: Args): Promise<Answer> => {
      const answer = await real(...args);
      if (lost) return answer;
      lost = true;
      throw replyLost([resource]);
    };
  };
  provider.onAcquire = loseOnce((request) => provider.real.acquire(request));
  const lock = await locks.acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  assert.equal(await context.isFree(resource), false, 'the retry holds it');
  provider.onRelease = loseOnce((claim) => provider.real.release(claim));
  assert.equal(await lock.release(), true, 'the reply of the release was lost, it was released all the same');
  assert.equal(await context.isFree(resource), true, 'no orphan stays');

  let away = true;
  provider.onAcquire = async (request) => {
    const answer = await provider.real.acquire(request);
    if (away) throw replyLost([resource]);
    return answer;
  };
  provider.onRelease = (claim) =>
    away ? Promise.reject(replyLost([resource])) : provider.real.release(claim);
  await rejectsWith(locks.acquire(resource, { leaseMs: 30_000, waitMs: 2_000 }), LockUnavailableError);
  assert.equal(await context.isFree(resource), false, 'the store has applied what was given up'); // else nothing is proved
  away = false;
  await until(() => context.isFree(resource), { what: 'what was given up is released' });
}

async function lateReply(context: CaseContext): Promise<void> {
  const leaseMs = 1_000;
  const { provider, locks } = await context.intercepted();
  const resource = context.resource();
  let appliedAt = 0;
  provider.onAcquire = async (request) => {
    if (request.resources[0] === resource) await sleep(leaseMs + 100);
    const answer = await provider.real.acquire(request);
    appliedAt = performance.now();
    return answer;
  };
  await rejectsWith(locks.acquire(resource, { leaseMs, waitMs: 0 }), LockUnavailableError);
  await until(() => context.isFree(resource), { what: 'the late grant is released' });
  inTime(performance.now() - appliedAt, leaseMs / 2, 'ms until it is released, long before its lease ends');
}

async function storeAway(context: CaseContext): Promise<void> {
  await storeStops(context);
  if (context.faults.pause) await storeHangs(context);
  for (const [name, open] of Object.entries(context.subject.chains ?? {})) {
    await fallbackNeverOverlaps(context, name, async () =>
      context.managerOf(await open(), { breakerOpenMs: 50 }),
    );
  }
}

/** Whoever believes to hold the lock is alone, through an outage and back, though each side grants in its turn. */
async function fallbackNeverOverlaps(
  context: CaseContext,
  name: string,
  open: () => Promise<LockManager>,
): Promise<void> {
  const { faults } = context;
  const resource = context.resource(`chain ${name}`.replaceAll(' ', '-'));
  const believers = new Set<Lock>();
  let overlaps = 0;
  let grants = 0;
  let goesOn = true;
  const hold = async (lock: Lock): Promise<void> => {
    grants += 1;
    for (const other of believers) if (!other.signal.aborted) overlaps += 1;
    believers.add(lock);
    // Now and then for longer than the outage leaves it its lease, so that one is alive when the store stops.
    await sleep(grants % 10 === 0 ? 400 : 5);
    believers.delete(lock);
  };
  const work = async (locks: LockManager): Promise<void> => {
    while (goesOn) {
      await locks.using(resource, { leaseMs: 900, waitMs: 500 }, hold).catch((error: unknown) => {
        assert.ok(error instanceof LockError, String(error));
      });
      await sleep(5);
    }
  };
  const workers = [await open(), await open(), await open()].map(work);
  const grows = async (what: string): Promise<void> => {
    const before = grants;
    await until(() => grants > before + 20, { withinMs: 20_000, what: `${name} grants ${what}` });
  };
  try {
    await grows('at first');
    await faults.stop();
    await grows('while the first store is away');
    await faults.start();
    await sleep(3_000); // until it is the only one asked again
    await grows('when it is back');
  } finally {
    goesOn = false;
    await Promise.all(workers);
  }
  assert.equal(overlaps, 0, `holders of ${name} at once`);
}

async function storeStops(context: CaseContext): Promise<void> {
  const { faults } = context;
  const budgetMs = context.subject.failureBudgetMs ?? DEFAULT_BUDGET_MS;
  const resource = context.resource();
  const locks = await context.manager({ breakerOpenMs: 500 });
  await locks.acquire(resource, { leaseMs: 2_000, waitMs: 0 });
  const waiting = Array.from({ length: 10 }, () =>
    timed(locks.acquire(resource, { leaseMs: 2_000, waitMs: 60_000 })),
  );
  await sleep(50);
  await faults.stop();
  try {
    const stoppedAt = performance.now();
    const first = await timed(locks.tryAcquire(context.resource('item:2'), { leaseMs: 2_000 }));
    assert.ok(first.error instanceof LockUnavailableError, String(first.error));
    inTime(first.tookMs, budgetMs, 'ms until the first call fails');
    for (const { error } of await Promise.all(waiting)) {
      assert.ok(error instanceof LockUnavailableError, String(error));
    }
    inTime(performance.now() - stoppedAt, budgetMs + 100, 'ms until the waiting calls fail');
    const second = await timed(locks.acquire(context.resource('item:2'), { leaseMs: 2_000, waitMs: 10_000 }));
    assert.ok(second.error instanceof LockUnavailableError, String(second.error));
    inTime(second.tookMs, budgetMs, 'ms until the second call fails');
  } finally {
    await faults.start();
  }
  await comesBack(context, locks);
}

async function storeHangs(context: CaseContext): Promise<void> {
  const { faults } = context;
  const budgetMs = context.subject.failureBudgetMs ?? DEFAULT_BUDGET_MS;
  const locks = await context.manager({ breakerOpenMs: 200 });
  const held = await locks.acquire(context.resource('item:3'), { leaseMs: 30_000, waitMs: 0 });
  await faults.pause?.();
  try {
    const { error, tookMs } = await timed(locks.tryAcquire(context.resource('item:4'), { leaseMs: 1_000 }));
    assert.ok(error instanceof LockUnavailableError, String(error));
    inTime(tookMs, budgetMs, 'ms until a call to a store that hangs fails');
    const release = await timed(held.release());
    assert.ok(release.error instanceof LockUnavailableError, String(release.error));
    inTime(release.tookMs, budgetMs, 'ms until a release to a store that hangs fails');
  } finally {
    await faults.resume?.();
  }
  await comesBack(context, locks);
  for (const name of ['item:3', 'item:4']) {
    await until(() => context.isFree(context.resource(name)).catch(() => false), {
      withinMs: 10_000,
      what: `nothing is left of ${name}`,
    });
  }
}

function comesBack(context: CaseContext, locks: LockManager): Promise<void> {
  const grants = (): Promise<boolean> =>
    locks.tryAcquire(context.resource('item:5'), { leaseMs: 2_000 }).then(
      (lock) => lock?.release() ?? false,
      () => false,
    );
  return until(grants, { withinMs: 20_000, what: 'locks are granted again' });
}

async function storeForgets(context: CaseContext): Promise<void> {
  const { faults } = context;
  const locks = await context.manager({ breakerOpenMs: 50 });
  const use = () =>
    locks.using(context.resource(), { leaseMs: 5_000, waitMs: 5_000 }, () => Promise.resolve(true));
  assert.equal(await use(), true);
  await faults.forgetScripts?.();
  assert.equal(await use(), true, 'after its scripts were forgotten');
  await faults.stop();
  await faults.start();
  // One budget for the connection to be made anew; then the first call works.
  await sleep(500);
  assert.equal(await use(), true, 'after a restart');
}

async function storeRefuses(context: CaseContext): Promise<void> {
  const { faults } = context;
  const { evict } = faults;
  assert.ok(evict ?? faults.refusals, 'the subject can evict a key or refuse writes');
  if (evict) await evicted(context, evict);
  for (const refusal of faults.refusals ?? []) {
    const locks = await context.manager({ breakerOpenMs: 50 });
    await locks.using(context.resource('first'), { leaseMs: 5_000, waitMs: 0 }, () => Promise.resolve());
    const resources = [context.resource('a'), context.resource('b')];
    await refusal.begin();
    try {
      const refused = locks.acquire(resources, { leaseMs: 5_000, waitMs: 5_000 });
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof LockUnavailableError, `${refusal.name}: ${String(error)}`);
        assert.match(error.message, refusal.message);
        return true;
      });
    } finally {
      await refusal.end();
    }
    for (const resource of resources) {
      assert.equal(await context.isFree(resource), true, `${refusal.name} granted nothing`);
    }
  }
}

async function evicted(context: CaseContext, evict: (resource: string) => Promise<void>): Promise<void> {
  const resource = context.resource();
  const lock = await (await context.manager()).acquire(resource, { leaseMs: 30_000, waitMs: 0 });
  await evict(resource);
  assert.equal(await lock.extend(30_000), false, 'the holder hears of it');
  assert.equal(lock.signal.aborted, true);
  assert.ok(lock.signal.reason instanceof LockLostError);
  const next = await (await context.manager()).acquire(resource, { leaseMs: 5_000, waitMs: 5_000 });
  if (context.has('fencing')) assert.ok(next.fence > lock.fence, "the next holder's fence is higher");
  assert.equal(await lock.release(), false);
  assert.equal(await next.release(), true, 'the next holder has kept its lock');
}
