import { strategiesOn } from './strategies.js';
import { correctnessSuite } from './suite.js';

for (const strategy of strategiesOn('Redis')) {
  const environment = () => ({
    RESERVATION_STRATEGY: strategy,
    REDIS_URL: 'redis://127.0.0.1:1', // nobody listens there: there is no Redis from the first order to the last
  });
  correctnessSuite(`${strategy}, without any Redis`, environment, { crowd: 300 });
}
