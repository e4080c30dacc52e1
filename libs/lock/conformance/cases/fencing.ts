import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import { aborted, replyLost, sleep } from '../support.js';

export const FENCING: readonly ConformanceCase[] = [
  {
    number: 13,
    title: 'A blocked event loop: the late write changes no row',
    needs: ['fencing'],
    run: blockedLoop,
  },
  {
    number: 20,
    title: 'Fences grow through crash, loss, restart, another provider',
    needs: ['fencing'],
    timeoutMs: 90_000,
    run: fencesGrow,
  },
  {
    number: 21,
    title: 'A paused holder: its successor is higher, its write refused',
    needs: ['fencing'],
    processes: true,
    run: pausedHolder,
  },
];

async function blockedLoop(context: CaseContext): Promise<void> {
  await blockedHere(context);
  if (context.has('distributed')) await blockedChild(context);
}

async function blockedHere(context: CaseContext): Promise<void> {
  const resource = context.resource();
  const [locks, other, record] = [await context.manager(), await context.manager(), await context.record()];
  const lock = await locks.acquire(resource, { leaseMs: 300, waitMs: 0 });
  assert.equal(await record.write(lock.fence), true, 'while it holds the lock it writes');
  const blockedUntil = performance.now() + 400;
  while (performance.now() < blockedUntil);
  assert.equal(lock.signal.aborted, true, 'the first look at the signal tells');
  const successor = await other.acquire(resource, { leaseMs: 5_000, waitMs: 5_000 });
  assert.equal(await record.write(successor.fence), true);
  assert.equal(await record.write(lock.fence), false, 'the late write');
  assert.equal(await lock.release(), false);
  assert.equal(await successor.release(), true, 'the late release leaves the successor alone');
}

async function blockedChild(context: CaseContext): Promise<void> {
  const resource = context.resource('item:2:deduct');
  const [locks, record] = [await context.manager(), await context.record()];
  const blocked = context.child({ do: 'block', resource, leaseMs: 300, blockMs: 1_500 });
  const { fence } = await blocked.report('held');
  const successor = await locks.acquire(resource, { leaseMs: 5_000, waitMs: 5_000 });
  assert.ok(successor.fence > fence, "the successor's fence is higher");
  assert.equal(await record.write(successor.fence), true);
  const late = await blocked.report('write');
  assert.equal(await record.write(late.fence), false, 'the late write');
  assert.equal(late.aborted, true, 'the blocked holder was told');
}

async function fencesGrow(context: CaseContext): Promise<void> {
  const { faults, another } = context.subject;
  const resource = context.resource();
  const grants: { how: string; fence: number }[] = [];
  const grant = async (how: string, floor?: number): Promise<number> => {
    const locks = await context.manager({ breakerOpenMs: 50 });
    const options = { leaseMs: 400, waitMs: 5_000, ...(floor === undefined ? {} : { floor }) };
    const lock = await locks.acquire(resource, options);
    grants.push({ how, fence: lock.fence });
    assert.ok(Number.isSafeInteger(lock.fence), 'below 2^53');
    assert.equal(await lock.release(), true);
    return lock.fence;
  };
  const first = await grant('at first');
  assert.ok(first > (Date.now() - 60_000) * 1_000, 'it starts at the clock in microseconds');
  await grant('after a release');

  const dead = await context.intercepted();
  dead.provider.onExtend = (claim) => Promise.reject(replyLost(claim.resources));
  const crashed = await dead.locks.acquire(resource, { leaseMs: 300, waitMs: 0 });
  grants.push({ how: 'of a holder that dies', fence: crashed.fence });
  await aborted(crashed);
  await grant('after a crash');

  if (another) {
    await sleep(5); // clocks tell milliseconds apart, and no change of provider is quicker
    const locks = context.managerOf(await another());
    const lock = await locks.acquire(resource, { leaseMs: 5_000, waitMs: 0 });
    grants.push({ how: 'of another provider', fence: lock.fence });
    await lock.release();
    await sleep(5);
    await grant('back from another provider');
  }
  if (faults?.loseEverything) {
    await faults.loseEverything();
    await grant('after a loss of everything');
  }
  if (faults) {
    await faults.stop();
    await faults.start();
    await grant('after a restart');
  }
  for (const [index, { how, fence }] of grants.entries()) {
    const before = grants[index - 1];
    assert.ok(!before || fence > before.fence, `${how}: ${fence}, after ${before?.fence} ${before?.how}`);
  }
  const ahead = (Date.now() + 3_600_000) * 1_000; // what an hour of a wrong clock leaves in the record
  assert.equal(await grant('from a floor', ahead), ahead);
  assert.ok((await grant('after a floor')) > ahead, 'it goes on from the floor though the clock is behind');
}

async function pausedHolder(context: CaseContext): Promise<void> {
  const [leaseMs, record] = [500, await context.record()];
  const resource = context.resource();
  const locks = await context.manager();
  if (!context.has('distributed')) {
    // Nothing but a renewal would tell a paused process from one whose renewals do not arrive.
    const paused = await context.intercepted();
    paused.provider.onExtend = (claim) => Promise.reject(replyLost(claim.resources));
    const old = await paused.locks.acquire(resource, { leaseMs, waitMs: 0 });
    const successor = await locks.acquire(resource, { leaseMs: 5_000, waitMs: 5_000 });
    assert.ok(successor.fence > old.fence, "the successor's fence is higher");
    assert.equal(await record.write(successor.fence), true);
    assert.equal(await record.write(old.fence), false, 'the write of the paused holder');
    return;
  }
  const paused = context.child({ do: 'hold', resource, leaseMs });
  const { fence } = await paused.report('held');
  paused.signal('SIGSTOP');
  const successor = await locks.acquire(resource, { leaseMs: 5_000, waitMs: 10_000 });
  assert.ok(successor.fence > fence, "the successor's fence is higher");
  assert.equal(await record.write(successor.fence), true);
  paused.signal('SIGCONT');
  paused.order('write');
  const late = await paused.report('write');
  assert.equal(await record.write(late.fence), false, 'the write of the paused holder');
  assert.equal(late.aborted, true, 'the paused holder was told');
  await sleep(20);
  assert.equal(await successor.release(), true, 'the successor has kept its lock');
}
