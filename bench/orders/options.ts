import { randomInt } from 'node:crypto';
import { MAX_SEED, namesOf, numberOf, readArguments, textOf, UsageError } from '#load';
import { BATCHED, CEILING, CONTESTANT_NAMES, CONTESTANTS, PER_ORDER } from './contestants.js';
import { cellsOf, CROWD, PART_NAMES, PARTS, type Choice, type PartName } from './parts.js';

/** What one invocation is to do; there is at least one cell to measure. */
export interface BenchOptions extends Choice {
  readonly rounds: number;
  /** How long each cell is measured, after its warm-up. */
  readonly seconds: number;
  readonly seed: number;
  readonly output: string | undefined;
  readonly json: string | undefined;
  readonly html: string | undefined;
}

const MAX_CONNECTIONS = 10_000;
/** The service reads its books in one statement of at most 5 s: that suffices for the orders of so long. */
const MAX_SECONDS = 30;
const MAX_VOLUME = 100_000_000;
const FULL = {
  parts: PART_NAMES,
  strategies: CONTESTANT_NAMES,
  connections: [1, 10, 100, 1_000, 5_000],
  rounds: 3,
  seconds: 5,
  volume: 10_000_000,
};
const QUICK = {
  ...FULL,
  parts: ['concurrency', 'zipf', 'carts', 'sold-out'] satisfies PartName[],
  strategies: [CEILING, BATCHED, PER_ORDER],
  connections: [1, 100, 1_000],
  rounds: 2,
  seconds: 2,
};

/**
 * Reads the command line.
 * @returns undefined when the help is asked for
 * @throws UsageError one line that names the option and what it expects
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const given = readArguments(args, {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    strategies: { type: 'string' },
    connections: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    volume: { type: 'string' },
    seed: { type: 'string' },
    output: { type: 'string' },
    json: { type: 'string' },
    html: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (given.help) return undefined;
  const defaults = given.quick ? QUICK : FULL;
  const connections = connectionsOf(given.connections);
  const options: BenchOptions = {
    parts: namesOf('only', given.only, PART_NAMES) ?? defaults.parts,
    strategies: namesOf('strategies', given.strategies, CONTESTANT_NAMES) ?? defaults.strategies,
    connections: connections ?? defaults.connections,
    crowd: connections && !connections.includes(CROWD) ? Math.max(...connections) : CROWD,
    rounds: numberOf('rounds', given.rounds, { min: 1, max: 100, whole: true }) ?? defaults.rounds,
    seconds: numberOf('seconds', given.seconds, { min: 0.2, max: MAX_SECONDS }) ?? defaults.seconds,
    volume: numberOf('volume', given.volume, { min: 1_000, max: MAX_VOLUME, whole: true }) ?? defaults.volume,
    seed: numberOf('seed', given.seed, { min: 0, max: MAX_SEED, whole: true }) ?? randomInt(MAX_SEED + 1),
    output: textOf('output', given.output, 'a folder'),
    json: textOf('json', given.json, 'a file'),
    html: textOf('html', given.html, 'a file'),
  };
  if (cellsOf(options).length === 0) {
    throw new UsageError(
      `Nothing is left to measure: ${options.strategies.join(', ')} has no part in ${options.parts.join(', ')}.`,
    );
  }
  return options;
}

/** The page of `--help`. */
export function helpPage(): string {
  const width = Math.max(...CONTESTANT_NAMES.map((name) => name.length));
  return [
    'Measures the ceiling and every reservation strategy, interleaved in one run, on servers of its own.',
    '',
    'usage: npm run bench -- [options]',
    '',
    `  --quick              a few minutes: ${QUICK.parts.join(', ')}; ${QUICK.rounds} rounds of ${QUICK.seconds} s a cell`,
    '  --only <names>       parts, with commas (all of them)',
    '  --strategies <names> contestants, with commas (all of them)',
    `  --connections <list> numbers with commas (${FULL.connections.join(',')}); without ${CROWD} among them the`,
    '                       largest takes its place in the parts but the first',
    `  --rounds <n>         how often each cell is measured (${FULL.rounds}); the median counts`,
    `  --seconds <s>        how long each cell is measured, after its warm-up (${FULL.seconds})`,
    `  --volume <n>         orders in the full database of the part volume (${FULL.volume})`,
    '  --seed <n>           the order of the cells and the choices of an earlier run',
    '  --output <folder>    where result.json and report.html go (.data/bench/orders-<time>)',
    '  --json <file>, --html <file>   one of them elsewhere',
    '  --help               this page',
    '',
    'parts:',
    ...PART_NAMES.map((name) => `  ${name.padEnd(width)}  ${PARTS[name]}`),
    'contestants:',
    ...CONTESTANTS.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    '',
    'exit code: 0 when everything was measured and every book balances, whatever the figures; otherwise 1',
    '(130 when interrupted).',
  ].join('\n');
}

function connectionsOf(given: string | undefined): number[] | undefined {
  if (given === undefined) return undefined;
  const counts = given.split(',').map((text) => {
    const bounds = { min: 1, max: MAX_CONNECTIONS, whole: true };
    return numberOf('connections', text.trim(), bounds) ?? 0;
  });
  return [...new Set(counts)].sort((a, b) => a - b);
}
