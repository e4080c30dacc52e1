import { describe, expect, it } from '@jest/globals';
import { CleanRun, first } from '../../test/load/clean-run.js';
import { check } from './checker.js';

/** The names of the invariants that are broken. */
function brokenBy(run: CleanRun): string[] {
  return check(run.evidence()).flatMap(({ name, ok }) => (ok === false ? [name] : []));
}

describe('through the API alone', () => {
  function seenFromOutside(): CleanRun {
    const run = new CleanRun();
    Object.assign(run.snapshot, { source: 'api', movements: null, saleItems: null, purchases: null });
    for (const order of run.orders) order.key = null;
    return run;
  }

  it('leaves open what cannot be seen, and never calls it passed', () => {
    const verdicts = check(seenFromOutside().evidence());
    expect(verdicts.filter(({ ok }) => ok === null).map(({ name }) => name)).toEqual([
      'purchases agree',
      'ledger agrees',
    ]);
    expect(verdicts.filter(({ ok }) => ok === false)).toEqual([]);
  });

  it('still sees a lost order, an order too many, an oversell and a leak', () => {
    const lost = seenFromOutside();
    lost.orders.pop();
    expect(brokenBy(lost)).toEqual(
      expect.arrayContaining([
        'nothing acknowledged is lost',
        'every order was asked for',
        'no leaked reservation',
      ]),
    );

    const extra = seenFromOutside();
    extra.orders.push({ ...first(extra.orders), id: 'order-9', key: null });
    expect(brokenBy(extra)).toEqual(expect.arrayContaining(['no oversell', 'every order was asked for']));
  });

  it('leaves the sampled balance open when the service never answered', () => {
    const run = new CleanRun();
    run.samples.length = 0;
    expect(check(run.evidence()).find(({ name }) => name === 'balanced throughout')?.ok).toBeNull();
  });
});
