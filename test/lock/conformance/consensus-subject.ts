import { FallbackLockProvider, type LockProvider } from '#lock';
import { MemoryLockProvider } from '#lock/memory';
import type { ChildProvider, ConformanceSubject, StoreFaults } from '#lock/conformance';
import { MemoryLockStore } from '../../../libs/lock/providers/memory/memory-lock-store.js';

/** A busy machine keeps it. */
export const COMMAND_TIMEOUT_MS = 1_000;

interface Store {
  readonly child: ChildProvider;
  readonly faults: StoreFaults;
  open(): LockProvider;
}

/** A provider on a store that agrees on each change by a majority of its servers. */
export function consensusSubject(
  name: string,
  { store, missing }: { store?: Store; missing?: string },
  failoverTest: string,
): ConformanceSubject {
  const ofAQuorum = 'its majority is its own affair: a server that comes back has kept what it confirmed';
  /** As the processes of a chain would share it, were memory a server. */
  const beside = new MemoryLockStore();
  const started = (): Store => {
    if (!store) throw new Error(missing);
    return store;
  };
  return {
    name,
    abilities: ['distributed', 'fencing', 'fair', 'handOver', 'inspection', 'sharing', 'sharedValues'],
    open: () => started().open(),
    child: () => started().child,
    another: () => new MemoryLockProvider(),
    failureBudgetMs: 3 * COMMAND_TIMEOUT_MS, // it is asked twice
    ...(store && { faults: store.faults }),
    ...(missing !== undefined && { missing }),
    chains: {
      [`${name}→memory`]: () =>
        new FallbackLockProvider({
          primary: started().open(),
          fallback: new MemoryLockProvider({ store: beside }),
          maxLeaseMs: 1_000,
          pollMs: 200,
        }),
    },
    notClaimed: {
      26: ofAQuorum,
      27: ofAQuorum,
      37: 'it takes no connection from the pool of the job',
      38: `its failover is a test of its own (${failoverTest}), and it has no slots`,
    },
  };
}
