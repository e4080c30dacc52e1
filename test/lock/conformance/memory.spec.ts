import { describe, it } from '@jest/globals';
import { MemoryLockProvider } from '#lock/memory';
import { describeConformance } from '#lock/conformance';
import { OPTIONS } from '../../support/full-size.js';

const WITHIN = 'its store is the process itself, which is there as long as its callers are';

describeConformance(
  {
    name: 'memory',
    abilities: ['fencing', 'fair', 'contentionEvents', 'handOver', 'inspection', 'sharing', 'sharedValues'],
    open: () => new MemoryLockProvider(), // all of a process share one store
    notClaimed: {
      26: 'one process is no quorum',
      27: 'one process is no quorum',
      34: WITHIN,
      35: WITHIN,
      37: 'it takes no connection from the pool of the job',
      38: 'it has no replica to fail over to',
      40: WITHIN,
    },
  },
  { describe, it },
  OPTIONS,
);
