import assert from 'node:assert/strict';
import { afterAll, describe, it } from '@jest/globals';
import { MemoryLockProvider } from '#lock/memory';
import { describeConformance, type CaseContext, type ConformanceSubject } from '#lock/conformance';
import { roleOf } from '#local';
import { ensureRedisProgram } from '../../../local/redis-program.js';
import { until } from '../lab.js';
import { OPTIONS } from '../../support/full-size.js';
import { REDIS_ABILITIES } from './redis-servers.js';
import { SentinelStore } from './sentinel-store.js';
import { startedOrMissing } from './servers.js';
import { underLoad, type Load } from './under-load.js';

const { store, missing } = await startedOrMissing(ensureRedisProgram, () => SentinelStore.start());
afterAll(() => store?.stop());

const OF_A_QUORUM = 'one primary is no quorum';

const subject: ConformanceSubject = {
  name: 'redis-sentinel',
  abilities: REDIS_ABILITIES,
  open: () => started().open(),
  child: () => started().child,
  another: () => new MemoryLockProvider(),
  ...(store && { faults: store.faults, replicas: store.replicas, counts: store.counts }),
  ...(missing !== undefined && { missing }),
  notClaimed: {
    26: OF_A_QUORUM,
    27: OF_A_QUORUM,
    37: 'it takes no connection from the pool of the job',
  },
  cases: { 38: failover },
};

function started(): SentinelStore {
  if (!store) throw new Error(missing);
  return store;
}

async function failover(context: CaseContext): Promise<void> {
  const rounds = context.full ? 3 : 1;
  await underLoad(context, async (load) => {
    for (let round = 1; round <= rounds; round += 1) {
      await killedPrimary(load);
      await hangingPrimary(context, load);
    }
  });
}

async function killedPrimary(load: Load): Promise<void> {
  const { sentinels } = started();
  const old = await sentinels.primary();
  await sentinels.group.kill([old]);
  await sentinels.replaced(old);
  await load.proceeds('by the replica that was promoted');
  await sentinels.revive();
}

/** It comes back when it was replaced, and does not know it yet. */
async function hangingPrimary(context: CaseContext, load: Load): Promise<void> {
  const leaseMs = 1_000;
  const { sentinels } = started();
  const [locks, other] = [await context.manager(), await context.manager({ breakerOpenMs: 50 })];
  const resource = context.resource('held');
  const held = await locks.acquire(resource, { leaseMs, waitMs: 5_000 });
  const old = await sentinels.primary();
  sentinels.group.pause([old]);
  try {
    await until(() => held.signal.aborted, { withinMs: leaseMs + 500, what: 'the holder is told in time' });
    await sentinels.replaced(old);
    await load.proceeds('by the replica that was promoted in place of one that hangs');
  } finally {
    sentinels.group.resume([old]);
  }
  const take = () => other.tryAcquire(resource, { leaseMs: 5_000 }).catch(() => null);
  let next = await take();
  await until(async () => (next ??= await take()) !== null, { what: 'another holds it now' });
  assert.ok(next && next.fence > held.fence);
  await load.proceeds('while the old primary does not know yet');
  await until(async () => (await roleOf(old)) === 'slave', { withinMs: 30_000, what: 'it is a replica' });
  assert.equal(await held.extend(leaseMs).catch(() => false), false, 'the old holder stays without it');
  assert.equal(await next.release(), true, 'the next holder has kept it');
  await sentinels.revive();
}

describeConformance(subject, { describe, it }, OPTIONS);
