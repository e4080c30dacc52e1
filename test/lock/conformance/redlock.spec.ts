import assert from 'node:assert/strict';
import { afterAll, describe, it } from '@jest/globals';
import { LockUnavailableError, type LockManager } from '#lock';
import { RedlockProvider } from '#lock/redlock';
import { describeConformance, type CaseContext, type ConformanceSubject } from '#lock/conformance';
import { ensureRedisProgram } from '../../../local/redis-program.js';
import { sleep, timed, until } from '../lab.js';
import { OPTIONS } from '../../support/full-size.js';
import { NODE_TIMEOUT_MS, RedlockStore } from './redlock-store.js';
import { startedOrMissing } from './servers.js';

const { store, missing } = await startedOrMissing(ensureRedisProgram, () => RedlockStore.start());
afterAll(() => store?.stop());

const subject: ConformanceSubject = {
  name: 'redlock',
  abilities: ['distributed', 'handOver', 'inspection', 'sharedValues'],
  open: () => started().open(),
  child: () => started().child,
  failureBudgetMs: 3 * NODE_TIMEOUT_MS,
  ...(store && { faults: store.faults }),
  ...(missing !== undefined && { missing }),
  notClaimed: {
    13: 'a quorum has no fence',
    20: 'a quorum has no fence',
    21: 'a quorum has no fence',
    22: 'a quorum keeps no queue',
    28: 'a majority of nodes takes the place of replicas',
    37: 'it takes no connection from the pool of the job',
  },
  cases: { 26: quorumOfFive, 27: restartedNode },
};

function started(): RedlockStore {
  if (!store) throw new Error(missing);
  return store;
}

async function quorumOfFive(context: CaseContext): Promise<void> {
  const nodes = started();
  const locks = await context.manager({ breakerOpenMs: 50 });
  const options = { leaseMs: 10_000, waitMs: 0 };
  await locks.using(context.resource('first'), options, () => Promise.resolve());

  await nodes.kill(3, 4);
  const two = await locks.acquire(context.resource('two'), options);
  assert.equal(await nodes.votes(context.resource('two')).catch(() => 3), 3);
  assert.equal(await two.extend(10_000), true, 'two down: extends');
  assert.equal(await two.release(), true, 'two down: releases');

  await nodes.kill(2);
  const three = await timed(locks.acquire(context.resource('three'), options));
  assert.ok(three.error instanceof LockUnavailableError, 'three down: fails cleanly');
  assert.ok(three.tookMs < 3 * NODE_TIMEOUT_MS, `three down: fails in time, not after ${three.tookMs} ms`);
  await nodes.revive(2, 3, 4);
  await until(async () => (await nodes.votes(context.resource('three'))) === 0, {
    what: 'three down: no vote is left',
  });
  const again = () => locks.using(context.resource('again'), options, () => Promise.resolve(true));
  await until(() => again().catch(() => false), { what: 'it recovers' });

  nodes.pause(4);
  try {
    const hanging = await timed(locks.using(context.resource('hanging'), options, () => Promise.resolve()));
    assert.equal(hanging.error, undefined);
    assert.ok(hanging.tookMs < 2 * NODE_TIMEOUT_MS + 150, `one hanging: ${hanging.tookMs} ms`); // acquire and release
  } finally {
    nodes.resume(4);
  }
  await sleep(50); // what it had been told is applied now, the vote of a lock that is long released among it
  await until(async () => (await nodes.votes(context.resource('hanging'))) === 0, {
    withinMs: 2_000, // far less than the lease
    what: 'the late vote is cleaned up',
  });
}

async function restartedNode(context: CaseContext): Promise<void> {
  const nodes = started();
  const maxLeaseMs = 2_500;
  const { restartDelayMs: _none, ...rest } = nodes.options;
  const open = () => context.managerOf(new RedlockProvider({ ...rest, maxLeaseMs }), { breakerOpenMs: 20 });
  const [holder, known] = [open(), open()];
  const resource = context.resource();
  const take = (locks: LockManager) =>
    locks.using(context.resource('first'), { leaseMs: 1_000, waitMs: 0 }, () => Promise.resolve(true));
  for (const locks of [holder, known])
    await until(() => take(locks).catch(() => false), {
      withinMs: 10_000,
      what: 'the nodes are old enough to vote',
    });

  await nodes.kill(3, 4);
  const lock = await holder.acquire(resource, { leaseMs: maxLeaseMs, waitMs: 0, maxHoldMs: 0 });
  await nodes.kill(2);
  await nodes.revive(2, 3, 4); // a majority that knows of nothing, while the holder goes on
  const fresh = open();
  let granted = 0;
  const isHeld = (): boolean => !lock.signal.aborted;
  while (isHeld()) {
    for (const locks of [known, fresh]) {
      const other = await locks.tryAcquire(resource, { leaseMs: 1_000 }).catch(() => null);
      if (other && isHeld()) granted += 1;
      await other?.release().catch(() => false);
    }
    await sleep(5);
  }
  assert.equal(granted, 0, 'second quorums within the lease');
  for (const locks of [known, fresh]) {
    const next = () => locks.using(resource, { leaseMs: 1_000, waitMs: 0 }, () => Promise.resolve(true));
    await until(() => next().catch(() => false), { withinMs: 10_000, what: 'it votes again' });
  }
}

describeConformance(subject, { describe, it }, OPTIONS);
