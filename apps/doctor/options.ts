import { parseArgs } from 'node:util';

export interface DoctorOptions {
  readonly json: boolean;
  /** Of processes that run: they are asked whether they are ready. */
  readonly urls: readonly string[];
  /** How many processes of each kind there will be. */
  readonly apis: number;
  readonly workers: number;
}

/** Something the person at the keyboard can put right; its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const MAX_PROCESSES = 1_000;

/** @returns undefined when the help is asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): DoctorOptions | undefined {
  const given = readArguments(args);
  if (given.help) return undefined;
  return {
    json: given.json ?? false,
    urls: (given.url ?? []).map(urlOf),
    apis: countOf('apis', given.apis) ?? 2,
    workers: countOf('workers', given.workers) ?? 1,
  };
}

export function helpPage(): string {
  return [
    'Looks at the settings, the stores and the sales of a deployment, and says what to put right before it goes live.',
    'It reads the environment of the service (docs/configuration.md) and changes nothing. docs/go-live.md has the reasons.',
    '',
    'usage: npm run doctor -- [options]',
    '',
    '  --apis <n>      API processes there will be, for the budget of connections (2)',
    '  --workers <n>   worker processes there will be (1)',
    '  --url <url>     a process that runs: is it ready? May be given several times',
    '  --json          findings as JSON',
    '  --help          this page',
    '',
    'exit code: 0 when nothing fails, however much is warned of; otherwise 1.',
  ].join('\n');
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        url: { type: 'string', multiple: true },
        apis: { type: 'string' },
        workers: { type: 'string' },
        help: { type: 'boolean' },
      },
      strict: true,
      allowPositionals: false,
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0] ?? ''}; --help lists the options.`);
  }
}

function countOf(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const count = /^\d{1,4}$/.test(given) ? Number(given) : NaN;
  if (count >= 0 && count <= MAX_PROCESSES) return count;
  throw new UsageError(`--${name} expects a whole number from 0 to ${MAX_PROCESSES}, not "${given}".`);
}

function urlOf(given: string): string {
  if (/^https?:\/\//.test(given) && URL.canParse(given)) return given.replace(/\/+$/, '');
  throw new UsageError(`--url expects an address such as http://127.0.0.1:3000, not "${given}".`);
}
