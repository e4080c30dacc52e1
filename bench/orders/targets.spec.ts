import { describe, expect, it } from '@jest/globals';
import { cellOf, type Cell } from './cell.js';
import { BATCHED, CEILING, PER_ORDER, POLLING } from './contestants.js';
import type { Figures } from './finding.js';
import { OrderResults, type MeasuredCell } from './results.js';
import { targetsOf } from './targets.js';

const CHOICE = { crowd: 1_000, volume: 10_000 };

function rounds(cell: Cell, ...figures: Figures[]): MeasuredCell[] {
  return figures.map((one, index) => ({
    cell,
    round: index + 1,
    finding: { figures: one, counts: {}, broken: [], remarks: {} },
  }));
}

const rates = (cell: Cell, ...perSecond: number[]) =>
  rounds(cell, ...perSecond.map((rate): Figures => ({ perSecond: rate })));
const hot = (name: string, connections = 1_000) => cellOf(name, 'hot-item', connections);
const find = (all: MeasuredCell[], what: string) =>
  targetsOf(new OrderResults(all), CHOICE).find((target) => target.what.includes(what));

describe('the targets', () => {
  it('compare with the ceiling round by round, so that a slow round does not count', () => {
    const all = [...rates(hot(BATCHED), 850, 80, 900), ...rates(hot(CEILING), 1_000, 100, 1_000)];
    expect(find(all, 'batched to the ceiling')).toMatchObject({ measured: 0.85, met: true });
  });

  it('are missed by what is close', () => {
    const all = [...rates(hot(BATCHED), 849), ...rates(hot(CEILING), 1_000)];
    expect(find(all, 'batched to the ceiling')?.met).toBe(false);
    expect(find([...rates(hot(BATCHED), 1_199), ...rates(hot(PER_ORDER), 100)], 'per-order')?.met).toBe(
      false,
    );
  });

  it('report without judging where there is nothing to reach', () => {
    const all = [...rates(hot(BATCHED), 5_000), ...rates(hot(POLLING), 50)];
    expect(find(all, 'polls')).toMatchObject({ measured: 100, met: undefined });
  });

  it('judge nobody by another number of connections', () => {
    const few = [...rates(hot(BATCHED, 10), 50), ...rates(hot(CEILING, 10), 100)];
    const [first] = targetsOf(new OrderResults(few), { ...CHOICE, crowd: 10 });
    expect(first).toMatchObject({ wanted: 'reported', measured: 0.5, met: undefined });
  });

  it('hold the slowest percent against that of the ceiling', () => {
    const p99 = (name: string, ms: number) => rounds(hot(name), { acceptedP99Ms: ms });
    expect(find([...p99(BATCHED, 150), ...p99(CEILING, 100)], 'p99')?.met).toBe(true);
    expect(find([...p99(BATCHED, 151), ...p99(CEILING, 100)], 'p99')?.met).toBe(false);
  });

  it('allow the share of the ceiling to fall by a tenth where more connect', () => {
    const shares = (few: number, many: number) => [
      ...rates(hot(BATCHED, 100), few),
      ...rates(hot(CEILING, 100), 1_000),
      ...rates(hot(BATCHED, 5_000), many),
      ...rates(hot(CEILING, 5_000), 500),
    ];
    expect(find(shares(900, 405), 'at 5,000 connections')).toMatchObject({ measured: 0.9, met: true });
    expect(find(shares(900, 400), 'at 5,000 connections')?.met).toBe(false);
  });

  it('compare four processes, and a full database, with one and an empty one', () => {
    const four = cellOf(BATCHED, 'hot-item', 1_000, { processes: 4 });
    const full = cellOf(BATCHED, 'hot-item', 1_000, { storedOrders: CHOICE.volume });
    const all = [...rates(hot(BATCHED), 100), ...rates(four, 95), ...rates(full, 80)];
    expect(find(all, '4 processes')).toMatchObject({ measured: 0.95, met: true });
    expect(find(all, '10,000 stored orders')).toMatchObject({ measured: 0.8, met: false });
  });

  it('say of what was not measured that it was not', () => {
    const targets = targetsOf(new OrderResults([]), CHOICE);
    expect(targets.every(({ measured, met }) => measured === undefined && met === undefined)).toBe(true);
  });
});
