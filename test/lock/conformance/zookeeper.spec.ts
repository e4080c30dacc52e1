import { afterAll, describe, it } from '@jest/globals';
import { FallbackLockProvider } from '#lock';
import { MemoryLockProvider } from '#lock/memory';
import { describeConformance, type ConformanceSubject } from '#lock/conformance';
import { MemoryLockStore } from '../../../libs/lock/providers/memory/memory-lock-store.js';
import { ensureZooKeeperProgram } from '../../../local/zookeeper-program.js';
import { OPTIONS } from '../../support/full-size.js';
import { COMMAND_TIMEOUT_MS, ZooKeeperStore } from './zookeeper-store.js';
import { startedOrMissing } from './servers.js';

const { store, missing } = await startedOrMissing(ensureZooKeeperProgram, () => ZooKeeperStore.start());
afterAll(() => store?.stop());

/** As the processes of a chain would share it, were memory a server. */
const beside = new MemoryLockStore();

const OF_A_QUORUM =
  'its majority is ZooKeeper’s own affair: a server that comes back has kept what it confirmed';

const subject: ConformanceSubject = {
  name: 'zookeeper',
  abilities: ['distributed', 'fencing', 'fair', 'handOver', 'inspection', 'sharedValues'],
  open: () => started().open(),
  child: () => started().child,
  another: () => new MemoryLockProvider(),
  failureBudgetMs: 3 * COMMAND_TIMEOUT_MS, // it is asked twice
  ...(store && { faults: store.faults }),
  ...(missing !== undefined && { missing }),
  chains: {
    'zookeeper→memory': () =>
      new FallbackLockProvider({
        primary: started().open(),
        fallback: new MemoryLockProvider({ store: beside }),
        maxLeaseMs: 1_000,
        pollMs: 200,
      }),
  },
  notClaimed: {
    26: OF_A_QUORUM,
    27: OF_A_QUORUM,
    37: 'it takes no connection from the pool of the job',
    38: 'its failover is a test of its own (test/lock/zookeeper/ensemble), and it has no slots',
  },
};

function started(): ZooKeeperStore {
  if (!store) throw new Error(missing);
  return store;
}

describeConformance(subject, { describe, it }, OPTIONS);
