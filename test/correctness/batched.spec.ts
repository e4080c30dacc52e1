import { correctnessSuite } from './suite.js';

correctnessSuite('batched, with Redis', () => ({ RESERVATION_STRATEGY: 'batched' }));
// Nobody listens on port 1 of the loopback: there is no Redis from the first order to the last.
correctnessSuite('batched, without any Redis', () => ({
  RESERVATION_STRATEGY: 'batched',
  REDIS_URL: 'redis://127.0.0.1:1',
}));
