import { randomInt } from 'node:crypto';
import { MAX_SEED, namesOf, numberOf, readArguments, textOf } from '#load';
import { ABOUT, CONTESTANTS, type ContestantName } from './contestants/roster.js';
import { MEASUREMENTS, type Measurement } from './measure/cell.js';

export interface BenchOptions {
  readonly measurements: readonly Measurement[];
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  /** How long each cell is measured, after its warm-up. */
  readonly seconds: number;
  readonly heldLocks: number;
  readonly heldSeconds: number;
  readonly seed: number;
  readonly out: string | undefined;
}

/** A whole lease of the held locks, so that every watchdog has renewed at its own pace. */
const FULL = { rounds: 5, seconds: 3, heldLocks: 10_000, heldSeconds: 30 };
const QUICK = { rounds: 2, seconds: 0.5, heldLocks: 1_000, heldSeconds: 2 };

/**
 * Reads the command line.
 * @returns undefined when the help is asked for
 * @throws UsageError one line that names the option and what it expects
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const given = readArguments(args, {
    quick: { type: 'boolean' },
    help: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    seed: { type: 'string' },
    out: { type: 'string' },
  });
  if (given.help) return undefined;
  const defaults = given.quick ? QUICK : FULL;
  return {
    ...defaults,
    ...chosen(given.only),
    rounds: numberOf('rounds', given.rounds, { min: 1, max: 100, whole: true }) ?? defaults.rounds,
    seconds: numberOf('seconds', given.seconds, { min: 0.1, max: 600 }) ?? defaults.seconds,
    seed: numberOf('seed', given.seed, { min: 0, max: MAX_SEED, whole: true }) ?? randomInt(MAX_SEED + 1),
    out: textOf('out', given.out, 'a folder'),
  };
}

/** The page of `--help`. */
export function helpPage(): string {
  const width = Math.max(...CONTESTANTS.map((name) => name.length));
  return [
    'Measures our lock against other lock libraries, interleaved in one run, on a Redis of its own.',
    '',
    'usage: npm run bench:lock -- [options]',
    '',
    `  --quick         a short look: ${QUICK.rounds} rounds of ${QUICK.seconds} s a cell; the figures mean little`,
    `  --rounds <n>    how often each cell is measured (${FULL.rounds}); the median counts`,
    `  --seconds <s>   how long each cell is measured (${FULL.seconds})`,
    '  --only <names>  measurements, contestants or both, with commas: --only contended,ours,bare',
    '  --seed <n>      the order of the cells of an earlier run',
    '  --out <folder>  where result.json and plot.svg go (.data/bench/lock-<time>)',
    '  --help          this page',
    '',
    `measurements: ${MEASUREMENTS.join(', ')}`,
    'contestants:',
    ...CONTESTANTS.map((name) => `  ${name.padEnd(width)}  ${ABOUT[name]}`),
    '',
    'exit code: 0 when it could measure, whatever the figures; otherwise 1 (130 when interrupted).',
  ].join('\n');
}

/** Names of one kind alone leave the other kind whole. */
function chosen(only: string | undefined): Pick<BenchOptions, 'measurements' | 'contestants'> {
  const names: readonly string[] = namesOf('only', only, [...MEASUREMENTS, ...CONTESTANTS]) ?? [];
  return { measurements: named(MEASUREMENTS, names), contestants: named(CONTESTANTS, names) };
}

function named<Name extends string>(all: readonly Name[], names: readonly string[]): readonly Name[] {
  const found = all.filter((name) => names.includes(name));
  return found.length === 0 ? all : found;
}
