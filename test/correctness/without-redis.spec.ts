import { correctnessSuite } from './suite.js';

// Nobody listens on port 1 of the loopback: there is no Redis from the first order to the last.
correctnessSuite('per-order, without any Redis', () => ({
  RESERVATION_STRATEGY: 'per-order',
  REDIS_URL: 'redis://127.0.0.1:1',
}));
