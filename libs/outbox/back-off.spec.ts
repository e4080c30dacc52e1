import { expect, test } from '@jest/globals';
import { pauseSec } from './back-off.js';

test('the pause doubles with each attempt, up to an hour, within its upper half', () => {
  expect([1, 2, 3, 4].map((attempts) => pauseSec(attempts, 1))).toEqual([1, 2, 4, 8]);
  expect([1, 2, 3, 4].map((attempts) => pauseSec(attempts, 0))).toEqual([0.5, 1, 2, 4]);
  expect(pauseSec(20, 1)).toBe(3_600);
  expect(pauseSec(2_000, 1)).toBe(3_600);
});
