import { describe, expect, it } from '@jest/globals';
import type { WindowReport } from '../generator/calls.js';
import { figuresOf } from './figures.js';
import type { Sample } from './sample.js';

const NOTHING = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
const REPORT: WindowReport = {
  elapsedMs: 2_000,
  counts: { 201: 1_000, '503 overloaded': 20 },
  accepted: { count: 1_000, mean: 5, p50: 4, p90: 8, p99: 9, p999: 10, max: 11 },
  refused: NOTHING,
  busyShare: 0.5,
  requestsMadeLate: 0,
};

function sample(atMs: number, cpuSec: number, more: { walBytes: number; batches: number }): Sample {
  return {
    cpu: { atMs, seconds: { api: cpuSec, postgres: cpuSec / 2, redis: 0, generator: 0 } },
    database: { atMs, walBytes: more.walBytes, commits: more.batches },
    metrics: {
      batches: { sum: more.batches * 50, count: more.batches },
      lockWaits: { sum: more.batches / 1_000, count: more.batches },
    },
  };
}

const BEFORE = sample(1_000, 10, { walBytes: 1_000_000, batches: 100 });
const AFTER = sample(5_000, 12, { walBytes: 3_000_000, batches: 140 });

describe('the figures of a cell', () => {
  it('are rates, latencies and what an order cost, each source by its own time', () => {
    const figures = figuresOf({ before: BEFORE, after: AFTER, report: REPORT, wanted: '201', peakMb: 200 });
    expect(figures).toMatchObject({
      perSecond: 500,
      othersPerSecond: 10,
      acceptedP99Ms: 9,
      batchOrders: 50,
      lockWaitMs: expect.closeTo(1),
      apiCpuSec: 1, // half a second a second, for 500 orders
      postgresCpuSec: 0.5,
      walBytes: 1_000,
      commits: 0.02,
      apiPeakMb: 200,
    });
    expect(figures).not.toHaveProperty('refusedP99Ms');
  });

  it('leave out what could not be known', () => {
    const nothing: Sample = { cpu: undefined, database: undefined, metrics: undefined };
    const seen = { before: nothing, after: nothing, report: REPORT, wanted: '201', peakMb: undefined };
    expect(Object.keys(figuresOf(seen)).sort()).toEqual([
      'acceptedMaxMs',
      'acceptedP50Ms',
      'acceptedP90Ms',
      'acceptedP99Ms',
      'generatorBusyShare',
      'othersPerSecond',
      'perSecond',
    ]);
  });

  it('have no cost of an order where none was accepted', () => {
    const figures = figuresOf({ before: BEFORE, after: AFTER, report: REPORT, wanted: '304', peakMb: 1 });
    expect(figures).toMatchObject({ perSecond: 0, othersPerSecond: 510 });
    expect(figures).not.toHaveProperty('apiCpuSec');
  });
});
