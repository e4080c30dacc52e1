import { correctnessSuite } from './suite.js';

const STRATEGIES = [
  'batched',
  'per-order',
  'row-lock',
  'conditional',
  'optimistic',
  'global-lock',
  'redis-first',
];

for (const strategy of STRATEGIES) {
  correctnessSuite(`${strategy}, with Redis`, () => ({ RESERVATION_STRATEGY: strategy }));
}
