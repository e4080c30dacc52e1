import { reasonOf } from '#local';
import {
  InterruptedError,
  integer,
  plural,
  randomOf,
  ServerStack,
  throwIfAborted,
  type Progress,
} from '#load';
import { MeasuringProcess } from '../shared/measuring-process.js';
import { aboutSo, roundsOf, timeLeft, type Planned } from '../shared/rounds.js';
import type { RunContext } from '../shared/run-context.js';
import { describeCell, type Cell } from './cell.js';
import type { Finding } from './finding.js';
import type { GeneratorCalls } from './generator/calls.js';
import { expectedDurationMs } from './measure/expected-duration.js';
import { measure, type Bench } from './measure/measure.js';
import type { BenchOptions } from './options.js';
import { cellsOf } from './parts.js';
import { OrderResults, type MeasuredCell } from './results.js';
import { Fleet } from './servers/fleet.js';
import { POSTGRES_SETTINGS, Stores } from './servers/stores.js';
import { fillDatabase } from './volume/fill.js';

export interface RunOutcome {
  readonly results: OrderResults;
  readonly versions: Readonly<Record<string, string>>;
  /** What to know when reading the figures. */
  readonly notes: readonly string[];
}

const GENERATOR = new URL('generator/process.js', import.meta.url);

/** Starts what is needed, measures every cell in every round, and ends all of it again. */
export async function run(context: RunContext<BenchOptions>): Promise<RunOutcome> {
  const { options, folder, progress, signal } = context;
  const cells = cellsOf(options);
  const plan = roundsOf(cells, options.rounds, randomOf(options.seed));
  const estimate = aboutSo(expectedDurationMs(cells, options.rounds, options.seconds * 1000));
  progress.print(
    `${plural(cells.length, 'cell')}, each measured ${plural(options.rounds, 'time')}: about ${estimate}`,
  );
  progress.print('Starting PostgreSQL and Redis …');
  const servers = new ServerStack();
  let stopServices: (() => Promise<unknown>) | undefined;
  try {
    const stores = await Stores.start(servers, { folder, print: (line) => progress.print(line), signal });
    const fleet = new Fleet(stores, signal);
    const generator = new MeasuringProcess<GeneratorCalls>(GENERATOR, { execArgv: ['--expose-gc'] });
    const interrupt = () => void generator.kill(); // what is under way fails at once
    signal.addEventListener('abort', interrupt, { once: true });
    stopServices = () => Promise.all([generator.kill(), fleet.stop()]);
    throwIfAborted(signal);
    const bench: Bench = {
      generator,
      fleet,
      stores,
      random: randomOf(options.seed),
      windowMs: options.seconds * 1000,
      rates: new Map(),
    };
    const notes = [settingsNote(await stores.hugePages())];
    notes.push(...(await fillDatabases(cells, fleet, context)));
    const results = await measureAll(plan, bench, context);
    return { results, notes, versions: await stores.versions() };
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    await stopServices?.();
    await servers.stop();
  }
}

/** @returns how long each took */
async function fillDatabases(
  cells: readonly Cell[],
  fleet: Fleet,
  { folder, progress, signal }: RunContext<BenchOptions>,
): Promise<string[]> {
  const notes: string[] = [];
  for (const cell of cells.filter(({ storedOrders }) => storedOrders > 0)) {
    const databaseUrl = await fleet.databaseOf(cell);
    const { storedOrders: orders } = cell;
    const seconds = await fillDatabase({ databaseUrl, orders, folder, progress, signal });
    notes.push(`${integer(orders)} orders were stored in ${integer(seconds)} s.`);
    progress.print(notes.at(-1) ?? '');
  }
  return notes;
}

function settingsNote(hugePages: string): string {
  const settings = Object.entries(POSTGRES_SETTINGS).map((setting) => setting.join(' = '));
  return `PostgreSQL: fsync, synchronous_commit, full_page_writes = on; ${settings.join(', ')}, huge pages ${hugePages}; a checkpoint before each cell.`;
}

async function measureAll(
  plan: readonly Planned<Cell>[],
  bench: Bench,
  { progress, signal, options }: RunContext<BenchOptions>,
): Promise<OrderResults> {
  const measured: MeasuredCell[] = [];
  const startedMs = performance.now();
  for (const [index, { round, cell }] of plan.entries()) {
    throwIfAborted(signal);
    progress.show(
      () =>
        `cell ${index + 1} of ${plan.length} (round ${round} of ${options.rounds}): ` +
        `${describeCell(cell)}${timeLeft(startedMs, index, plan.length)}`,
    );
    const finding = await tryToMeasure(cell, bench, signal);
    for (const line of finding.broken) tell(progress, `BROKEN: ${describeCell(cell)}: ${line}`);
    if (finding.error !== undefined) tell(progress, `Not measured: ${describeCell(cell)}: ${finding.error}`);
    measured.push({ round, cell, finding });
  }
  progress.done();
  return new OrderResults(measured);
}

async function tryToMeasure(cell: Cell, bench: Bench, signal: AbortSignal): Promise<Finding> {
  try {
    return await measure(cell, bench);
  } catch (error) {
    throwIfAborted(signal);
    await bench.fleet.discard(cell); // what it is still busy with would disturb the next
    return { figures: {}, counts: {}, broken: [], remarks: {}, error: reasonOf(error) };
  }
}

function tell(progress: Progress, line: string): void {
  progress.done();
  progress.print(line);
}
