import { describe, expect, it } from '@jest/globals';
import { cpuSecondsOf, peakMemoryOf, statOf } from './process-figures.js';

describe('the figures of a process', () => {
  it('are read behind its name, whatever that is', () => {
    const line = '42 (a (strange) name) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 11 0 12345 1 2';
    expect(statOf(line)).toEqual({ parent: 7, cpuSec: 2.5 });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('grow with what it does', () => {
    const before = cpuSecondsOf([process.pid]) ?? NaN;
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs) Math.sqrt(untilMs);
    expect(cpuSecondsOf([process.pid])).toBeGreaterThan(before);
    expect(peakMemoryOf([process.pid])).toBeGreaterThan(10);
  });

  it('are unknown of a process that is none', () => {
    expect(peakMemoryOf([2 ** 30])).toBeUndefined();
  });
});
