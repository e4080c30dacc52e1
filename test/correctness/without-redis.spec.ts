import { correctnessSuite } from './suite.js';

/** Those that use Redis at all. */
const STRATEGIES = ['batched', 'per-order', 'global-lock', 'redis-first'];

for (const strategy of STRATEGIES) {
  correctnessSuite(`${strategy}, without any Redis`, () => ({
    RESERVATION_STRATEGY: strategy,
    REDIS_URL: 'redis://127.0.0.1:1', // nobody listens there: there is no Redis from the first order to the last
  }));
}
