import { afterAll, describe, it } from '@jest/globals';
import { MemoryLockProvider } from '#lock/memory';
import { describeConformance, type CaseContext, type ConformanceSubject } from '#lock/conformance';
import { ensureRedisProgram } from '../../../local/redis-program.js';
import { OPTIONS } from '../../support/full-size.js';
import { ClusterStore } from './cluster-store.js';
import { REDIS_ABILITIES, lockKeyOf } from './redis-servers.js';
import { startedOrMissing } from './servers.js';
import { underLoad, type Load } from './under-load.js';

const { store, missing } = await startedOrMissing(ensureRedisProgram, () => ClusterStore.start());
afterAll(() => store?.stop());

const OF_A_QUORUM = 'one primary a slot is no quorum';

const subject: ConformanceSubject = {
  name: 'redis-cluster',
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
  cases: { 38: reshardingAndFailover },
};

function started(): ClusterStore {
  if (!store) throw new Error(missing);
  return store;
}

async function reshardingAndFailover(context: CaseContext): Promise<void> {
  const { cluster, prefix } = started();
  const slot = await cluster.slotOf(lockKeyOf(prefix, context.resource())); // that of all resources of the case
  const rounds = context.full ? 3 : 1;
  await underLoad(context, async (load) => {
    for (let round = 1; round <= rounds; round += 1) {
      for (const stepMs of [0, 5, 50]) await movedSlot(load, slot, stepMs);
      await killedPrimary(load, slot);
      await hangingPrimary(load, slot);
    }
  });
}

async function movedSlot(load: Load, slot: number, stepMs: number): Promise<void> {
  const { cluster } = started();
  const from = await cluster.primaryOf(slot);
  const to = (await cluster.primaries()).find((primary) => primary !== from);
  if (to) await cluster.moveSlot(slot, to, { stepMs });
  await load.proceeds('by the node that the slot has moved to');
}

async function killedPrimary(load: Load, slot: number): Promise<void> {
  const { cluster } = started();
  const old = await cluster.primaryOf(slot);
  await cluster.group.kill([old]);
  await cluster.replaced(old, slot);
  await load.proceeds('by the replica that was promoted');
  await cluster.revive();
}

async function hangingPrimary(load: Load, slot: number): Promise<void> {
  const { cluster } = started();
  const old = await cluster.primaryOf(slot);
  cluster.group.pause([old]);
  try {
    await cluster.replaced(old, slot);
    await load.proceeds('by the replica that was promoted in place of one that hangs');
  } finally {
    cluster.group.resume([old]);
  }
  await load.proceeds('when the old primary is back');
  await cluster.revive();
}

describeConformance(subject, { describe, it }, OPTIONS);
