import { describe, it } from '@jest/globals';
import { describeConformance } from '#lock/conformance';
import { MapLockProvider, type Hold } from './map-lock-provider.js';

const WITHIN = 'its store is the process itself, which is there as long as its callers are';

const holds = new Map<string, Hold>();

describeConformance(
  {
    name: 'map',
    abilities: [],
    open: () => new MapLockProvider(holds),
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
);
