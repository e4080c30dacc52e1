import { describe, expect, it } from '@jest/globals';
import { TimeSeries } from '../time-series.js';
import { LatencyHistogram } from '../statistics.js';
import type { RunResult } from '../run/result.js';
import { limitsOf } from '../run/harness-monitor.js';
import { reportPage } from './html.js';
import { linearAxis, logAxis, timeAxis } from './scale.js';
import { resultTable } from './table.js';

function resultOf(change: Partial<RunResult> = {}): RunResult {
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

const BROKEN: Partial<RunResult> = {
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

describe('the table', () => {
  it('says what was offered, sold and refused, and that all that was checked holds', () => {
    const table = resultTable(resultOf());
    expect(table).toMatch(/offered +1,000/);
    expect(table).toMatch(/accepted +100 .*sold out after 125 ms/);
    expect(table).toContain('sold_out 900');
    expect(table).toContain('seed 42');
    expect(table.split('\n').at(-1)).toBe('PASSED: 1 of 2 invariants hold, 1 not checked.');
  });

  it('names what is broken in its last lines', () => {
    expect(resultTable(resultOf(BROKEN)).split('\n').at(-1)).toBe(
      'BROKEN: no oversell: oversold by 7 (and 1 more)',
    );
  });

  it('says so when the load generator was the limit', () => {
    const { harness } = resultOf();
    const limited = resultOf({
      harness: { ...harness, limits: ['its event loop was busy 99 % of the time'] },
    });
    expect(resultTable(limited)).toContain('THE LOAD GENERATOR WAS THE LIMIT: its event loop was busy 99 %');
    expect(reportPage(limited)).toContain('The load generator was the limit.');
    expect(reportPage(resultOf())).not.toContain('The load generator was the limit.');
  });
});

describe('the limit of the load generator', () => {
  const lag = (p90: number) => ({ ...new LatencyHistogram().summary(), p90 });

  it('is a busy event loop, or requests that leave late compared with what is measured', () => {
    expect(limitsOf(0.5, lag(5), 100)).toEqual([]);
    expect(limitsOf(0.5, lag(30), 400)).toEqual([]);
    expect(limitsOf(0.95, lag(5), 100)).toHaveLength(1);
    expect(limitsOf(0.5, lag(60), 400)).toHaveLength(1);
  });
});

describe('the page', () => {
  it('needs nothing but itself', () => {
    const page = reportPage(resultOf());
    expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|url\((?!#)|@import/);
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('shows text as text', () => {
    expect(reportPage(resultOf())).toContain('A &lt;fast&gt; one');
  });

  it('shows an oversell below zero', () => {
    const page = reportPage(resultOf(BROKEN));
    expect(page).toContain('Broken: no oversell');
    expect(page).toContain('7 units oversold');
  });

  it('can be drawn of a run in which nothing happened', () => {
    const nothing = { ...new LatencyHistogram().summary(), curve: [] };
    const page = reportPage(
      resultOf({
        series: [],
        samples: [],
        ledger: [],
        latency: { accepted: nothing, refused: nothing, reads: nothing },
      }),
    );
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the axes', () => {
  it('have round ticks that hold every value', () => {
    const axis = linearAxis('units', { min: -37, max: 103, text: String });
    expect(axis.ticks.map(({ value }) => value)).toEqual([-50, 0, 50, 100, 150]);
    expect(axis.position(-50)).toBe(0);
    expect(axis.position(150)).toBe(1);
    expect(timeAxis(420).position(420)).toBe(1);
    const log = logAxis('ms', { min: 3, max: 40, text: String });
    expect(log.ticks.map(({ value }) => value)).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(log.position(10)).toBeCloseTo(0.5);
  });
});
