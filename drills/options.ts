import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MAX_SEED, UsageError } from '#load';
import { DRILLS } from './drills.js';
import type { Drill } from './drill.js';

/** What one invocation is to do. */
export interface DrillOptions {
  readonly list: boolean;
  /** None where the list is asked for. */
  readonly drills: readonly Drill[];
  /** How long new orders are sent; the loss comes after a quarter of it. */
  readonly seconds: number;
  /** Orders a second. */
  readonly rate: number;
  readonly seed: number;
  readonly json: string | undefined;
}

const SECONDS = { min: 6, max: 120, default: 20 };
const RATE = { min: 10, max: 1_000, default: 100 };

/**
 * Reads the command line.
 * @returns undefined when the help is asked for
 * @throws UsageError one line that names the option and what it expects
 */
export function parseOptions(args: readonly string[]): DrillOptions | undefined {
  const { values, positionals } = readArguments(args);
  if (values.help === true) return undefined;
  if (values.json?.trim() === '') throw new UsageError('--json expects a file.');
  return {
    list: values.list === true,
    drills: values.list === true ? [] : drillsOf(positionals, values.all === true),
    seconds: numberOf('seconds', values.seconds, SECONDS),
    rate: numberOf('rate', values.rate, RATE),
    seed: numberOf('seed', values.seed, { min: 0, max: MAX_SEED, default: randomInt(MAX_SEED + 1) }),
    json: values.json,
  };
}

/** The page of `--help`. */
export function helpPage(): string {
  return [
    'Loses a server under load and checks that nothing that anyone was told turns out untrue.',
    '',
    'usage: npm run drill -- <name> [<name> …] [options]',
    '',
    '  --list          the drills',
    '  --all           all of them but the control, one after another',
    `  --seconds <s>   how long new orders are sent (${SECONDS.default}); the loss comes after a quarter of it`,
    `  --rate <n>      orders a second (${RATE.default})`,
    '  --seed <n>      makes the random choices of an earlier run again',
    '  --json <file>   where the results go as JSON',
    '  --help          this page',
    '',
    'drills:',
    ...drillLines(),
    '',
    'exit code: 0 when everything held in every drill, otherwise 1 (130 when interrupted).',
  ].join('\n');
}

/** A line for each drill. */
export function drillLines(): string[] {
  const width = Math.max(...DRILLS.map(({ name }) => name.length));
  return DRILLS.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        all: { type: 'boolean' },
        seconds: { type: 'string' },
        rate: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const named = /'(-[^' ]*)/.exec(message)?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError(`There is no option ${named}; --help lists them.`);
    throw new UsageError(`${message.split('.')[0] ?? message}; --help lists the options.`);
  }
}

function drillsOf(names: readonly string[], all: boolean): readonly Drill[] {
  if (all && names.length > 0) throw new UsageError('--all goes without names.');
  if (all) return DRILLS.filter(({ control }) => control !== true);
  const known = DRILLS.map(({ name }) => name).join(', ');
  if (names.length === 0) throw new UsageError(`Name a drill (${known}), or --all.`);
  return names.map((name) => {
    const drill = DRILLS.find((one) => one.name === name);
    if (!drill) throw new UsageError(`There is no drill ${JSON.stringify(name)}; there are ${known}.`);
    return drill;
  });
}

function numberOf(
  name: string,
  given: string | undefined,
  bounds: { min: number; max: number; default: number },
): number {
  if (given === undefined) return bounds.default;
  const value = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new UsageError(
    `--${name} expects a whole number from ${bounds.min} to ${bounds.max}, not ${JSON.stringify(given)}.`,
  );
}
