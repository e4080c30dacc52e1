import { randomInt } from 'node:crypto';
import { MAX_SEED, namesOf, numberOf, readArguments, textOf } from '#load';
import { FAULT_NAMES, type FaultName } from './fleet/faults.js';

/** What one invocation is to do. */
export interface SoakOptions {
  readonly minutes: number;
  /** Visitors that come each second. */
  readonly rate: number;
  readonly faultEverySec: number;
  readonly faults: readonly FaultName[];
  readonly sampleEverySec: number;
  readonly seed: number;
  /** The folder of journal, result and report. */
  readonly output: string | undefined;
}

/**
 * Reads the command line.
 * @returns undefined when the help is asked for
 * @throws UsageError one line that names the option and what it expects
 */
export function parseOptions(args: readonly string[]): SoakOptions | undefined {
  const given = readArguments(args, {
    minutes: { type: 'string' },
    rate: { type: 'string' },
    'fault-every': { type: 'string' },
    faults: { type: 'string' },
    'sample-every': { type: 'string' },
    seed: { type: 'string' },
    output: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (given.help) return undefined;
  return {
    minutes: numberOf('minutes', given.minutes, { min: 0.1, max: 1_440 }) ?? 60,
    rate: numberOf('rate', given.rate, { min: 0.1, max: 1_000 }) ?? 6,
    faultEverySec: numberOf('fault-every', given['fault-every'], { min: 1, max: 86_400 }) ?? 60,
    faults: namesOf('faults', given.faults, FAULT_NAMES) ?? FAULT_NAMES,
    sampleEverySec: numberOf('sample-every', given['sample-every'], { min: 0.5, max: 600 }) ?? 10,
    seed: numberOf('seed', given.seed, { min: 0, max: MAX_SEED, whole: true }) ?? randomInt(MAX_SEED + 1),
    output: textOf('output', given.output, 'a folder'),
  };
}

/** The page of `--help`. */
export function helpPage(): string {
  return [
    'Runs the service for long under mixed load and random faults, and judges what has grown.',
    '',
    'usage: npm run soak -- [options]',
    '',
    '  --minutes <n>        how long visitors come (60); what is under way then ends by itself',
    '  --rate <n>           visitors a second (6), each with an order and what follows it',
    '  --fault-every <s>    from one fault to the next (60)',
    `  --faults <names>     with commas (all): ${FAULT_NAMES.join(', ')}`,
    '  --sample-every <s>   from one look at memory, handles, connections and tables to the next (10)',
    '  --seed <n>           the choices of an earlier run',
    '  --output <folder>    where journal, result.json and report.html go (.data/soak/<time>)',
    '  --help               this page',
    '',
    'exit code: 0 when nothing grows and every promise was kept; otherwise 1 (130 when interrupted).',
  ].join('\n');
}
