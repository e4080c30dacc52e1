import { describe, expect, it } from '@jest/globals';
import { UsageError } from '#load';
import { BARE, BATCHED, CEILING, CONTESTANT_NAMES, PER_ORDER } from './contestants.js';
import { helpPage, parseOptions, type BenchOptions } from './options.js';
import { PART_NAMES } from './parts.js';

const parse = (...args: string[]) => parseOptions(args) as BenchOptions;

describe('the options of the benchmark', () => {
  it('measure everything unless told otherwise', () => {
    expect(parse()).toMatchObject({
      parts: PART_NAMES,
      strategies: CONTESTANT_NAMES,
      connections: [1, 10, 100, 1_000, 5_000],
      crowd: 1_000,
      rounds: 3,
      seconds: 5,
      volume: 10_000_000,
    });
  });

  it('have a short form, which every other option may change', () => {
    const { strategies, connections, parts } = parse('--quick');
    expect(strategies).toEqual([CEILING, BATCHED, PER_ORDER]);
    expect(connections).toEqual([1, 100, 1_000]);
    expect(parts).not.toContain('volume');
    expect(parse('--quick', '--strategies', `${BARE},${CEILING}`, '--rounds', '4')).toMatchObject({
      strategies: [BARE, CEILING],
      rounds: 4,
      seconds: 2,
    });
  });

  it('take connections in any order, and for the parts that have one number 1,000 or the most of them', () => {
    expect(parse('--connections', '100, 10,100')).toMatchObject({ connections: [10, 100], crowd: 100 });
    expect(parse('--connections', '1000,5000').crowd).toBe(1_000);
  });

  it('choose a seed, and repeat one', () => {
    expect(parse().seed).toBeGreaterThanOrEqual(0);
    expect(parse('--seed', '7').seed).toBe(7);
  });

  it.each([
    [['--sconds', '1'], 'There is no option --sconds; --help lists them.'],
    [['--seconds', '31'], '--seconds expects a number from 0.2 to 30, not "31".'],
    [['--rounds', '1.5'], '--rounds expects a whole number from 1 to 100, not "1.5".'],
    [['--connections', '10,x'], '--connections expects a whole number from 1 to 10000, not "x".'],
    [['--volume', '10'], '--volume expects a whole number from 1000 to 100000000, not "10".'],
    [['--only', 'speed'], /^--only knows no "speed"; it knows concurrency, /],
    [['--strategies', 'hope'], /^--strategies knows no "hope"; it knows bare-fastify, /],
    [['--output', ''], '--output expects a folder.'],
    [
      ['--only', 'zipf', '--strategies', BARE],
      'Nothing is left to measure: bare-fastify has no part in zipf.',
    ],
  ])('refuse %j in one line', (args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });

  it('are all on the page of --help', () => {
    expect(parseOptions(['--help'])).toBeUndefined();
    const page = helpPage();
    for (const name of [...PART_NAMES, ...CONTESTANT_NAMES]) expect(page).toContain(`  ${name}`);
  });
});
