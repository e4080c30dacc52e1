import { describe, expect, it } from '@jest/globals';
import { Bell } from './bell.js';

describe('Bell', () => {
  it('wakes the sleeper', async () => {
    const bell = new Bell<string>();
    const sleep = bell.sleep(20_000);
    bell.ring('look');
    expect(await sleep).toBe('look');
  });

  it('keeps a ring for the next sleep, until it is silenced', async () => {
    const bell = new Bell<string>();
    bell.ring('look');
    expect(await bell.sleep(20_000)).toBe('look');
    bell.ring('again');
    bell.silence();
    const startedAt = performance.now();
    expect(await bell.sleep(30)).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThan(25);
  });
});
