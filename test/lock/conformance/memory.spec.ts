import { describe, it } from '@jest/globals';
import { MemoryLockProvider } from '#lock/memory';
import { describeConformance } from '#lock/conformance';
import { OPTIONS } from './full-size.js';

const WITHIN = 'its store is the process itself, which is there as long as its callers are';

describeConformance(
  {
    name: 'memory',
    abilities: ['fencing', 'fair', 'handOver', 'inspection', 'sharedValues'],
    open: () => new MemoryLockProvider(), // all of a process share one store
    notClaimed: {
      26: 'one process is no quorum',
      27: 'one process is no quorum',
      34: WITHIN,
      35: WITHIN,
      37: 'it takes no connection from the pool of the job',
      40: WITHIN,
    },
  },
  { describe, it },
  OPTIONS,
);
