import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { RevisionClock } from './revision-clock.js';

describe('RevisionClock', () => {
  const seen = (clock: RevisionClock, revision: number, sentAt = performance.now()) =>
    clock.note('cluster', revision, sentAt);

  it('counts from when an answer first named the revision, or a later one', async () => {
    const clock = new RevisionClock();
    expect(clock.ageMs(5)).toBe(0);
    seen(clock, 7);
    await sleep(50);
    const later = performance.now();
    seen(clock, 7);
    seen(clock, 9);
    expect(clock.ageMs(5)).toBeGreaterThanOrEqual(49);
    expect(clock.ageMs(7)).toBeGreaterThanOrEqual(49);
    expect(clock.ageMs(8)).toBeLessThanOrEqual(performance.now() - later);
    expect(clock.ageMs(10)).toBe(0);
  });

  it('is not put back by an answer that was overtaken', async () => {
    const clock = new RevisionClock();
    const sentAt = performance.now();
    seen(clock, 9);
    await sleep(20);
    seen(clock, 8, sentAt);
    expect(clock.ageMs(9)).toBeGreaterThanOrEqual(19);
  });

  it('begins anew with a store that gives revisions a second time', async () => {
    for (const restored of [
      { clusterId: 'cluster', revision: 3 },
      { clusterId: 'another', revision: 20 },
    ]) {
      const clock = new RevisionClock();
      seen(clock, 9);
      await sleep(20);
      const later = performance.now();
      clock.note(restored.clusterId, restored.revision, later);
      expect(clock.ageMs(3)).toBeLessThanOrEqual(performance.now() - later);
    }
  });

  it('forgets detail, and never makes anything older than it is', async () => {
    const clock = new RevisionClock();
    const startedAt = performance.now();
    const at: number[] = [];
    for (let revision = 1; revision <= 5_000; revision += 1) {
      at[revision] = performance.now();
      seen(clock, revision);
      if (revision % 500 === 0) await sleep(5);
    }
    for (let revision = 1; revision <= 5_000; revision += 1) {
      expect(clock.ageMs(revision)).toBeLessThanOrEqual(performance.now() - (at[revision] ?? 0));
    }
    expect(clock.ageMs(1)).toBeGreaterThan(performance.now() - startedAt - 5);
  });
});
