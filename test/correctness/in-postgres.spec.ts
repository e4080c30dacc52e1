import { correctnessSuite } from './suite.js';

/** Those that know nothing but PostgreSQL. */
const STRATEGIES = ['row-lock', 'conditional', 'optimistic'];

for (const strategy of STRATEGIES) {
  correctnessSuite(`${strategy}, in PostgreSQL alone`, () => ({ RESERVATION_STRATEGY: strategy }));
}
