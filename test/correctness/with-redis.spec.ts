import { strategiesOn } from './strategies.js';
import { correctnessSuite } from './suite.js';

for (const strategy of strategiesOn('Redis')) {
  correctnessSuite(`${strategy}, with Redis`, () => ({ RESERVATION_STRATEGY: strategy }));
}
