import type { ConformanceCase } from '../conformance-case.js';

/** Promises of one kind of provider, which it alone can put to the test: a subject has them in its `cases`. */
export const OWN: readonly ConformanceCase[] = [
  { number: 26, title: 'Quorum of 5: two down, three down, one hanging, late SET', needs: [] },
  { number: 27, title: 'A node restarts empty: no second quorum in a lease', needs: [] },
  { number: 37, title: 'A pool of one: lock and transaction both complete', needs: [] },
  {
    number: 38,
    title: 'Failover, resharding under load: no two pass the fence',
    needs: ['fencing'],
    timeoutMs: 180_000,
  },
];
