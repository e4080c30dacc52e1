import { strategiesOn } from './strategies.js';
import { correctnessSuite } from './suite.js';

for (const strategy of strategiesOn('PostgreSQL')) {
  correctnessSuite(`${strategy}, in PostgreSQL alone`, () => ({ RESERVATION_STRATEGY: strategy }), {
    crowd: 300,
  });
}
