import type { RunResult } from '../../load/run/result.js';
import { LatencyHistogram } from '../../load/statistics.js';
import { TimeSeries } from '../../load/time-series.js';

/** What a run of 1,000 buyers leaves behind, as plain data. */
export function resultOf(change: Partial<RunResult> = {}): RunResult {
  const series = new TimeSeries();
  series.add(3, 'offered', 1_000);
  series.add(120, 'acceptedUnits', 100);
  series.add(120, 'accepted', 100);
  series.add(400, 'refused', 900);
  const histogram = new LatencyHistogram();
  for (const ms of [12, 40, 300]) histogram.record(ms);
  const latency = { ...histogram.summary(), curve: histogram.curve() };
  const nothing = new LatencyHistogram();
  const item = { itemId: 'item', sku: 'PHONE', stock: 100, priceAmount: 1, purchaseLimit: null };
  const figures = { onHand: 100, sold: 0, movementTotal: 100, ordersSold: 0 };
  return {
    holdfast: 'load-result',
    formatVersion: 1,
    passed: true,
    startedAt: '2026-11-20T12:00:00.000Z',
    seed: 42,
    strategy: 'per-order',
    options: {
      buyers: 1_000,
      connections: 1_000,
      profile: 'burst',
      rate: null,
      readPercent: 0,
      carts: false,
      purchaseLimit: null,
      retries: 0,
    },
    machine: { cpu: 'A <fast> one', cores: 2, memory: 2 ** 34, platform: 'Linux' },
    versions: { node: '20.20.2', postgres: '18.4', redis: '7.0.15' },
    sale: { id: 'sale', currency: 'EUR', items: [item] },
    counts: {
      offered: 1_000,
      accepted: 100,
      refused: { sold_out: 900 },
      undecided: {},
      neverSent: 0,
      resent: 0,
      replayed: 20,
      reads: 0,
      failedReads: 0,
      unitsReceived: 100,
      unitsAccepted: 100,
    },
    latency: { accepted: latency, refused: latency, reads: { ...nothing.summary(), curve: [] } },
    timing: { elapsedMs: 420, soldOutMs: 125, answersPerSecond: 2_380, acceptedPerSecond: 800 },
    harness: {
      utilization: 0.4,
      delayP99Ms: 3,
      delayMaxMs: 9,
      cpuShare: 0.5,
      sendLag: new LatencyHistogram().summary(),
      waitedForConnection: 0,
      limits: [],
    },
    autocannon: { answers: 2_000, errors: 0, timeouts: 0 },
    bucketMs: series.bucketMs,
    series: series.points(),
    ledger: [{ atMs: 30, reserved: 50, sold: 0 }],
    samples: [0, 100].map((reserved, index) => ({
      atMs: index * 500 - 1,
      balanced: true,
      failures: [],
      items: [{ ...figures, itemId: 'item', reserved, available: 100 - reserved, ordersReserved: reserved }],
    })),
    failedSamples: 0,
    verdicts: [
      { name: 'no oversell', ok: true, detail: '100 of 100', examples: [] },
      { name: 'ledger agrees', ok: null, detail: 'not checked: no database', examples: [] },
    ],
    files: { journal: 'j', json: 'r.json', html: 'r.html' },
    ...change,
  };
}

/** What changes when more is sold than there is. */
export const OVERSOLD: Partial<RunResult> = {
  passed: false,
  verdicts: [
    {
      name: 'no oversell',
      ok: false,
      detail: 'oversold by 7 (and 1 more)',
      examples: ['oversold by 7', 'other'],
    },
  ],
  counts: { ...resultOf().counts, accepted: 107, unitsAccepted: 107 },
};
