import { describe, expect, test } from '@jest/globals';
import { helpPage, parseOptions } from './options.js';

describe('the options of a drill', () => {
  test('are the drills that were named, in that order, for 20 s', () => {
    const options = parseOptions(['patroni', 'redis-replica-promoted', '--seed', '7']);
    expect(options).toMatchObject({ list: false, seconds: 20, rate: 100, seed: 7 });
    expect(options?.drills.map(({ name }) => name)).toEqual(['patroni', 'redis-replica-promoted']);
  });

  test('are all of them, or their list', () => {
    expect(parseOptions(['--all', '--seconds', '6'])).toMatchObject({ seconds: 6 });
    expect(parseOptions(['--all'])?.drills).toHaveLength(4);
    expect(parseOptions(['--list'])).toMatchObject({ list: true, drills: [] });
    expect(parseOptions(['--help'])).toBeUndefined();
    expect(helpPage()).toContain('postgres-standby-promoted');
  });

  test.each([
    [[], /^Name a drill \(redis-replica-promoted, .*\), or --all\.$/],
    [['patrony'], /^There is no drill "patrony"; there are redis-replica-promoted, /],
    [['--all', 'patroni'], /^--all goes without names\.$/],
    [['patroni', '--seconds', '5'], /^--seconds expects a whole number from 6 to 120, not "5"\.$/],
    [['patroni', '--rate'], /--rate/],
    [['patroni', '--json', ' '], /^--json expects a file\.$/],
    [['--speed', '3'], /^There is no option --speed; --help lists them\.$/],
  ])('name what is wrong: %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
