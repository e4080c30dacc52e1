import { describe, expect, it } from '@jest/globals';
import type { ContestantName } from './contestants/roster.js';
import type { Cell, Figures } from './measure/cell.js';
import { Results, type Measured } from './results.js';
import { targetsOf } from './targets.js';

const WHERE: Omit<Cell, 'contestant'> = { measurement: 'contended', size: 64, processes: 8 };
const ONE_CALLER: Omit<Cell, 'contestant'> = { measurement: 'uncontended', size: 1, processes: 1 };

function rounds(contestant: ContestantName, where: Omit<Cell, 'contestant'>, figures: Figures[]): Measured[] {
  return figures.map((one, index) => ({
    cell: { ...where, contestant },
    round: index + 1,
    finding: { figures: one, errors: 0 },
  }));
}

const rates = (...perSecond: number[]) => perSecond.map((rate): Figures => ({ perSecond: rate }));
const find = (all: Measured[], what: string) =>
  targetsOf(new Results(all)).find((target) => target.what.startsWith(what));

describe('the targets', () => {
  it('compare with the best peer round by round, so that a slow round does not count', () => {
    const all = [
      ...rounds('ours', WHERE, rates(130, 13, 140)),
      ...rounds('redlock', WHERE, rates(100, 10, 100)),
      ...rounds('medusa', WHERE, rates(90, 9, 90)),
      ...rounds('bare', WHERE, rates(900, 900, 900)), // no peer
    ];
    const target = find(all, '64 waiters on one key, 8 processes: rate to the best peer');
    expect(target).toMatchObject({ wanted: { atLeast: 1.2 }, met: true });
    expect(target?.what).toContain('(redlock)');
    expect(target?.measured).toBeCloseTo(1.3);
  });

  it('are missed by a rate that is close', () => {
    const all = [...rounds('ours', WHERE, rates(119)), ...rounds('medusa', WHERE, rates(100))];
    expect(find(all, '64 waiters on one key, 8 processes: rate')?.met).toBe(false);
  });

  it('hold uncontended rates against the bare commands', () => {
    const ours = (rate: number) => [
      ...rounds('ours', ONE_CALLER, rates(rate)),
      ...rounds('bare', ONE_CALLER, rates(100)),
    ];
    expect(find(ours(85), 'uncontended, one caller: rate to bare')?.met).toBe(true);
    expect(find(ours(84), 'uncontended, one caller: rate to bare')?.met).toBe(false);
  });

  it('forgive no round an overlap', () => {
    const all = rounds('ours', WHERE, [{ overlaps: 0 }, { overlaps: 1 }, { overlaps: 0 }]);
    expect(find(all, '64 waiters on one key, 8 processes: overlapping')).toMatchObject({
      measured: 1,
      met: false,
    });
  });

  it('take a bound on commands and waits as kept when it is just reached, and one on round trips not', () => {
    const all = [
      ...rounds('ours', WHERE, [{ commandsEach: 3, longestToMean: 2 }]),
      ...rounds('ours', { measurement: 'hand-over', size: 2, processes: 2 }, [{ roundTrips: 3 }]),
    ];
    expect(find(all, '64 waiters on one key, 8 processes: commands')?.met).toBe(true);
    expect(find(all, '64 waiters on one key, 8 processes: longest')?.met).toBe(true);
    expect(find(all, 'hand-over to another process')?.met).toBe(false);
  });

  it('say of what was not measured that it was not', () => {
    expect(targetsOf(new Results([])).every(({ met }) => met === undefined)).toBe(true);
    const figures: Figures[] = [{}]; // a cell that failed
    expect(find(rounds('ours', WHERE, figures), '64 waiters')?.met).toBeUndefined();
  });
});
