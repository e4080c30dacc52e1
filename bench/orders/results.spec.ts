import { describe, expect, it } from '@jest/globals';
import { cellOf } from './cell.js';
import type { Finding } from './finding.js';
import { OrderResults } from './results.js';

const CELL = cellOf('batched', 'zipf', 10);

function resultsOf(...findings: Partial<Finding>[]): OrderResults {
  return new OrderResults(
    findings.map((finding, index) => ({
      cell: CELL,
      round: index + 1,
      finding: { figures: {}, counts: {}, broken: [], remarks: {}, ...finding },
    })),
  );
}

describe('the results', () => {
  it('are the median over the rounds, with how far they lie apart', () => {
    const results = resultsOf(...[30, 10, 20].map((perSecond) => ({ figures: { perSecond } })));
    expect(results.figure(CELL, 'perSecond')).toEqual({ median: 20, min: 10, max: 30 });
    expect(results.figure(CELL, 'walBytes')).toBeUndefined();
    expect(results.figure({ ...CELL, processes: 2 }, 'perSecond')).toBeUndefined();
  });

  it('fail where the record does not bear out what was said, and where nothing was measured', () => {
    const results = resultsOf(
      { remarks: { 'requests never answered': 1 } },
      { broken: ['reserved is off'] },
      { error: 'it ended' },
    );
    expect(results.failures().map(({ measured, lines }) => [measured.round, lines])).toEqual([
      [2, ['reserved is off']],
      [3, ['not measured: it ended']],
    ]);
  });
});
