import { correctnessSuite } from './suite.js';

correctnessSuite('per-order, with Redis', () => ({ RESERVATION_STRATEGY: 'per-order' }));
