import { correctnessSuite } from './suite.js';

/** Those that use Redis at all. */
const STRATEGIES = ['batched', 'per-order', 'global-lock', 'redis-first'];

for (const strategy of STRATEGIES) {
  correctnessSuite(`${strategy}, with Redis`, () => ({ RESERVATION_STRATEGY: strategy }));
}
