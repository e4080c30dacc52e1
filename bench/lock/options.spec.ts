import { describe, expect, it } from '@jest/globals';
import { MEASUREMENTS } from './measure/cell.js';
import { helpPage, parseOptions } from './options.js';

describe('the options', () => {
  it('measure everything by default', () => {
    const options = parseOptions([]);
    expect(options?.measurements).toEqual(MEASUREMENTS);
    expect(options).toMatchObject({ rounds: 5, seconds: 3, heldLocks: 10_000 });
  });

  it('let --quick be overruled', () => {
    expect(parseOptions(['--quick', '--seconds', '0.2'])).toMatchObject({ rounds: 2, seconds: 0.2 });
  });

  it('take names of one kind, and leave the other kind whole', () => {
    expect(parseOptions(['--only', 'ours,bare'])).toMatchObject({
      contestants: ['ours', 'bare'],
      measurements: MEASUREMENTS,
    });
    expect(parseOptions(['--only', 'held, ours'])).toMatchObject({
      contestants: ['ours'],
      measurements: ['held'],
    });
  });

  it.each([
    [['--only', 'redis'], /--only knows no "redis"/],
    [['--only', ''], /--only knows no ""/],
    [['--seconds', '0'], /--seconds expects a number from 0.1/],
    [['--seconds', '1e3'], /--seconds expects/],
    [['--rounds', '1.5'], /--rounds expects a whole number/],
    [['--rounds=-1'], /--rounds expects/],
    [['--out', ''], /--out expects/],
    [['--fast'], /There is no option --fast/],
    [['5'], /Unexpected argument '5'/],
    [['--seed'], /--seed/],
  ])('refuse %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('have a page', () => {
    expect(parseOptions(['--help', '--only', 'nonsense'])).toBeUndefined();
    expect(helpPage()).toContain('redis-semaphore');
  });
});
