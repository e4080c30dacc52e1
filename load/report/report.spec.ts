import { describe, expect, it } from '@jest/globals';
import { OVERSOLD, resultOf } from '../../test/load/stored-result.js';
import { parseOptions } from '../options.js';
import { linearAxis, logAxis, percentileAxis, timeAxis } from '../page/scale.js';
import { limitsOf } from '../run/harness-monitor.js';
import { LatencyHistogram } from '../statistics.js';
import { repeatCommand } from './repeat-command.js';
import { runPage } from './run-page.js';
import { runsPage } from './runs-page.js';
import { resultTable } from './table.js';

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
    expect(resultTable(resultOf(OVERSOLD)).split('\n').at(-1)).toBe(
      'BROKEN: no oversell: oversold by 7 (and 1 more)',
    );
  });

  it('says so when the load generator was the limit', () => {
    const { harness } = resultOf();
    const limited = resultOf({
      harness: { ...harness, limits: ['its event loop was busy 99 % of the time'] },
    });
    expect(resultTable(limited)).toContain('THE LOAD GENERATOR WAS THE LIMIT: its event loop was busy 99 %');
    expect(runPage(limited)).toContain('The load generator was the limit.');
    expect(runPage(resultOf())).not.toContain('The load generator was the limit.');
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
    const page = runPage(resultOf());
    expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|url\((?!#)|@import/);
    expect(page.match(/<figure /g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('begins with its verdict', () => {
    expect(runPage(resultOf())).toContain(
      '100 of 100 sold, 900 refused, 1 of 2 invariants, 1 not checked</title>',
    );
  });

  it('names the command that makes the same choices', () => {
    const result = resultOf({
      options: {
        ...resultOf().options,
        profile: 'ramp',
        rate: 250,
        durationSec: 8,
        retries: 3,
        readPercent: 20,
      },
    });
    const [, given = ''] = repeatCommand(result).split(' -- ');
    expect(parseOptions(given.split(' '))).toMatchObject({
      buyers: 1_000,
      connections: 1_000,
      profile: 'ramp',
      rate: 250,
      durationSec: 8,
      retries: 3,
      readPercent: 20,
      seed: 42,
      target: { kind: 'own', strategy: 'per-order' },
    });
  });

  it('shows text as text', () => {
    expect(runPage(resultOf())).toContain('A &lt;fast&gt; one');
  });

  it('shows an oversell below zero', () => {
    const page = runPage(resultOf(OVERSOLD));
    expect(page).toContain('107 of 100 sold, 900 refused, 0 of 1 invariants');
    expect(page).toContain('Broken: no oversell');
    expect(page).toContain('7 units oversold');
  });

  it('can be drawn of a run in which nothing happened', () => {
    const nothing = { ...new LatencyHistogram().summary(), curve: [] };
    const page = runPage(
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

describe('the page of several runs', () => {
  it('says how many passed, and leads to the page of each', () => {
    const files = { journal: 'j', json: 'r.json', html: '/runs/run-1/report.html' };
    const page = runsPage([resultOf({ files }), resultOf({ files, ...OVERSOLD })], 2, '/runs');
    expect(page).toContain('1 of 2 runs passed');
    expect(page).toContain('✗ no oversell');
    expect(page).toContain('href="run-1/report.html"');
    expect(page).not.toMatch(/NaN|Infinity|undefined|<script|https?:/);
  });
});

describe('the axes', () => {
  it('have round ticks that hold every value', () => {
    const axis = linearAxis('units', { min: -37, max: 103, text: String });
    expect(axis.ticks.map(({ value }) => value)).toEqual([-50, 0, 50, 100, 150]);
    expect(axis.position(-50)).toBe(0);
    expect(axis.position(150)).toBe(1);
    expect(timeAxis(420).position(420)).toBe(1);
    const percentiles = percentileAxis('');
    expect([0, 90, 99, 99.9].map((at) => percentiles.position(at))).toEqual([
      0,
      expect.closeTo(1 / 3),
      expect.closeTo(2 / 3),
      1,
    ]);
    const log = logAxis('ms', { min: 3, max: 40, text: String });
    expect(log.ticks.map(({ value }) => value)).toEqual([2, 5, 10, 20, 50]);
    expect(log.position(10)).toBeCloseTo(0.5);
  });
});
