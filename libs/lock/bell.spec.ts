import { describe, expect, it } from '@jest/globals';
import { Bell } from './bell.js';

describe('Bell', () => {
  it('wakes the sleeper', async () => {
    const bell = new Bell();
    const sleep = bell.sleep(20_000);
    bell.ring();
    await sleep;
  });

  it('keeps a ring for the next sleep, until it is silenced', async () => {
    const bell = new Bell();
    bell.ring();
    await bell.sleep(20_000);
    bell.silence();
    const startedAt = performance.now();
    await bell.sleep(30);
    expect(performance.now() - startedAt).toBeGreaterThan(25);
  });
});
