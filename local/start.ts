import { ConfigurationError } from '#platform';
import { LocalError } from './errors.js';
import { Launcher, type Run } from './launcher.js';
import { helpText, readStartOptions, type StartOptions } from './start-options.js';

/** The program behind `npm start`: its arguments, its signals, its banner. What it starts, `Launcher` starts. */

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpText());
    return 0;
  }
  if (args[0] !== undefined) throw new LocalError(`"${args[0]}" is not understood: see npm start -- --help.`);
  const options = readStartOptions(process.env);
  const launcher = new Launcher(options, print);
  try {
    return await run(launcher, options);
  } catch (error) {
    report(error);
    return 1;
  } finally {
    await launcher.stop();
  }
}

/** Runs until it is told to stop (0) or a part of it fails (1). */
async function run(launcher: Launcher, options: StartOptions): Promise<number> {
  const begun = performance.now();
  const interrupted = firstSignal();
  const started = launcher.start();
  if ((await Promise.race([started, interrupted])) === 'interrupted') return 0;
  printBanner(await started, options, (performance.now() - begun) / 1000);
  const end = await Promise.race([launcher.failed, interrupted]);
  if (end === 'interrupted') return 0;
  console.error(end);
  return 1;
}

/** Settles at the first signal; later ones change nothing, since stopping is under way and has a bound. */
function firstSignal(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve('interrupted'));
    }
  });
}

function printBanner(
  { url, adminKey, logFiles }: Run,
  { dataDirectory }: StartOptions,
  seconds: number,
): void {
  const rows: [string, string][] = [
    ['Shop', `${url}/`],
    ['Control', `${url}/admin/   (sign in with the admin key)`],
    ['API', `${url}/docs`],
    ['Health', `${url}/health/ready`],
    ['Metrics', `${url}/metrics`],
    ...(adminKey === undefined
      ? []
      : [['Admin key', `${adminKey}   (header x-api-key)`] as [string, string]]),
    ['Data', `${dataDirectory}   (delete it to begin anew)`],
    ...(logFiles.length === 0 ? [] : [['Logs', logFiles.join(', ')] as [string, string]]),
    ['Load', 'npm run load   (sells 100 units to 1,000 buyers at once)'],
    ['Stop', 'Ctrl-C'],
  ];
  const lines = rows.map(([title, text]) => `  ${title.padEnd(11)}${text}`);
  print(['', `Holdfast is ready after ${seconds.toFixed(1)} s.`, '', ...lines, ''].join('\n'));
}

function print(line: string): void {
  console.log(line);
}

/** One line for what a person can put right; anything else is a defect, and its stack helps to mend it. */
function report(error: unknown): void {
  const expected = error instanceof LocalError || error instanceof ConfigurationError;
  console.error(expected ? error.message : error);
}

// A terminal that was closed, or `npm start | head`: nobody reads on, which is no reason to leave servers behind.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  report(error);
  process.exit(1);
}
