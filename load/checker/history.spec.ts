import { describe, expect, it } from '@jest/globals';
import { buyerOf, CleanRun, first } from '../../test/load/clean-run.js';
import { fateOf, type Fate } from './history.js';

const DEADLINE_MS = 10_000;

/** The fate of one order whose attempts got these answers, `pauseMs` apart. */
function fateAfter(answers: readonly (readonly [status: number, code: string | null])[], pauseMs = 1): Fate {
  const run = new CleanRun({ buyers: 0 });
  for (const [status, code] of answers) {
    run.answer(run.send(buyerOf(1), 'key'), status, code);
    run.tick(pauseMs);
  }
  return fateOf(first([...run.evidence().history.orders()]), DEADLINE_MS);
}

describe('what an order has come to', () => {
  it.each<[Fate, (readonly [number, string | null])[]]>([
    ['accepted', [[201, null]]],
    [
      'accepted',
      [
        [0, 'timeout'],
        [201, null],
      ],
    ],
    [
      'accepted',
      [
        [503, 'outcome_unknown'],
        [201, null],
      ],
    ],
    ['refused', [[409, 'sold_out']]],
    [
      'refused',
      [
        [503, 'overloaded'],
        [409, 'sold_out'],
      ],
    ],
    [
      'refused',
      [
        [503, 'outcome_unknown'],
        [409, 'sold_out'],
      ],
    ],
    ['turned away', [[429, 'rate_limited']]],
    [
      'turned away',
      [
        [503, 'overloaded'],
        [429, 'rate_limited'],
      ],
    ],
    ['unknown', [[503, 'outcome_unknown']]],
    ['unknown', [[500, null]]],
    ['unknown', [[0, 'timeout']]],
    [
      'unknown',
      [
        [0, 'timeout'],
        [503, 'overloaded'],
      ],
    ],
  ])('is %s after %j', (fate, answers) => {
    expect(fateAfter(answers)).toBe(fate);
  });

  it('is a definite refusal only once nothing can come of an earlier attempt any more', () => {
    const answers = [
      [0, 'connection_lost'],
      [409, 'sold_out'],
    ] as const;
    expect(fateAfter(answers, 100)).toBe('unknown');
    expect(fateAfter(answers, DEADLINE_MS + 2_000)).toBe('refused');
  });

  it('does not believe a journal with answers to requests that were never sent', () => {
    const run = new CleanRun({ buyers: 1 });
    run.journal.shift();
    expect(() => run.evidence()).toThrow('never sent');
  });
});
