import { randomInt } from 'node:crypto';
import { MAX_SEED, namesOf, numberOf, readArguments, UsageError } from '#load';
import { BUG_NAMES, BUGS, type Bug, type BugName } from './bugs.js';

export interface SimulationOptions {
  /** The first; the next schedules have the next ones. */
  readonly seed: number;
  readonly schedules: number;
  readonly steps: number;
  readonly bug: BugName | 'all' | undefined;
  /** Numbers of the steps that are taken; undefined for all. */
  readonly only: readonly number[] | undefined;
  readonly trace: boolean;
}

const SCHEDULES = 10_000;
const STEPS = 40;
const ALL = 'all';

/**
 * Reads the command line.
 * @returns undefined when the help is asked for
 * @throws UsageError one line that names the option and what it expects
 */
export function parseOptions(args: readonly string[]): SimulationOptions | undefined {
  const given = readArguments(args, {
    seed: { type: 'string' },
    schedules: { type: 'string' },
    steps: { type: 'string' },
    bug: { type: 'string' },
    only: { type: 'string' },
    trace: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (given.help) return undefined;
  const seed = numberOf('seed', given.seed, { min: 0, max: MAX_SEED, whole: true });
  const [bug] = namesOf('bug', given.bug, [...BUG_NAMES, ALL] as const) ?? [];
  const isOne = seed !== undefined && bug !== ALL;
  const schedules = numberOf('schedules', given.schedules, { min: 1, max: 1e9, whole: true });
  return {
    seed: seed ?? randomInt(MAX_SEED + 1),
    schedules: schedules ?? (isOne ? 1 : SCHEDULES),
    steps: numberOf('steps', given.steps, { min: 1, max: 10_000, whole: true }) ?? STEPS,
    bug,
    only: given.only === undefined ? undefined : stepNumbers(given.only),
    trace: given.trace ?? false,
  };
}

function stepNumbers(given: string): number[] {
  const numbers = given.split(',').map(Number);
  if (numbers.every((number) => Number.isInteger(number) && number > 0)) return numbers;
  throw new UsageError(`--only expects numbers of steps with commas between them, not "${given}".`);
}

/** The page of `--help`. */
export function helpPage(): string {
  const width = Math.max(...BUG_NAMES.map((name) => name.length));
  return [
    'Runs the service in virtual time, over simulated servers that fail, and checks every promise after every step.',
    '',
    'usage: npm run simulate -- [options]',
    '',
    `  --schedules <n>  how many (${SCHEDULES}; 1 with --seed), each with the seed behind the one before`,
    '  --seed <n>       of the first schedule: the same seed and steps are the same schedule, and the same trace',
    `  --steps <n>      things that happen in a schedule: orders, payments, faults (${STEPS})`,
    '  --trace          prints what happens',
    '  --only <n,n,…>   these steps alone, as a failure that was shrunk is replayed',
    '  --bug <name>     with this defect, until it is found; all: each of them in turn, and a table',
    '  --help           this page',
    '',
    'defects:',
    ...BUG_NAMES.map((name) => `  ${name.padEnd(width)}  ${describeBug(BUGS[name])}`),
    '',
    'examples:',
    '  npm run simulate',
    `      ${SCHEDULES} schedules that nobody has seen`,
    '  npm run simulate -- --seed 7 --steps 40 --trace',
    '      one of them, and what happens in it',
    '  npm run simulate -- --bug all',
    '      that each defect is found, and how soon',
    '',
    'exit code: 0 when no promise was broken (all: when each defect was found), otherwise 1 (130 when interrupted).',
  ].join('\n');
}

function describeBug({ about, masks }: Bug): string {
  return masks.length > 0 ? `${about} (away as well: ${masks.join(', ')})` : about;
}
