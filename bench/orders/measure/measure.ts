import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '#load';
import { MAX_SEED } from '#load';
import type { MeasuringProcess } from '../../shared/measuring-process.js';
import { cellOf, keyOf, type Cell } from '../cell.js';
import { BARE, contestantOf } from '../contestants.js';
import type { Finding } from '../finding.js';
import type { GeneratorCalls } from '../generator/calls.js';
import type { Fleet } from '../servers/fleet.js';
import type { Service } from '../servers/service.js';
import { connectTo, type Stores } from '../servers/stores.js';
import { figuresOf } from './figures.js';
import { peakMemoryOf, resetPeakMemory } from './process-figures.js';
import { takeSample, type Sources } from './sample.js';
import { imaginaryScene, setScene, type Scene } from './scene.js';
import { brokenPromises } from './truth.js';
import { firstWarmUp, warmUp } from './warm-up.js';

/** What a cell is measured with. */
export interface Bench {
  readonly generator: MeasuringProcess<GeneratorCalls>;
  readonly fleet: Fleet;
  readonly stores: Stores;
  readonly random: Random;
  readonly windowMs: number;
  /** Answers a second that each cell gave when last measured, by its key. */
  readonly rates: Map<string, number>;
}

const FIRST_CONNECTIONS = 64;
const DRAIN_MS = 15_000; // past the service's deadline for an order
const CALL_SLACK_MS = 30_000;
/** For a cell that was not measured before; of what is missing, each is made when it is needed. */
const EXPECTED_RATE = 8_000;
const EXPECTED_BARE_RATE = 25_000;
const SPARE = 1.5;

/** @throws Error when the cell could not be measured */
export async function measure(cell: Cell, bench: Bench): Promise<Finding> {
  const service = await bench.fleet.serviceFor(cell);
  await warmUpOnce(cell, service, bench);
  const scene = await sceneOf(cell, service, bench);
  const database = service.record && (await connectTo(service.record.databaseUrl));
  try {
    const processes = service.processes.slice(0, cell.processes);
    const apiPids = processes.map(({ pid }) => pid);
    const ports = processes.map(({ port }) => port);
    const { generator, stores } = bench;
    const sources: Sources = {
      apiPids,
      ports,
      database,
      postgresPid: stores.postgresPid,
      redisPids: service.redisPids,
      generatorPid: generator.pid,
    };
    const { promises } = contestantOf(cell.contestant);
    await generator.call('prepare', {
      ports,
      connections: cell.connections,
      requests: scene.requests,
      keepsOrderIds: promises,
    });
    await stores.checkpoint();
    await generator.call('open', null);
    const { unheard } = await generator.call('warmUp', warmUp(bench.windowMs));
    resetPeakMemory(apiPids);
    const window = generator.call('measure', { windowMs: bench.windowMs }, bench.windowMs + CALL_SLACK_MS);
    const [before, report] = await Promise.all([takeSample(sources), window]);
    const after = await takeSample(sources);
    const peakMb = peakMemoryOf(apiPids);
    const drained = await generator.call('drain', { withinMs: DRAIN_MS }, DRAIN_MS + CALL_SLACK_MS);
    const { unanswered } = drained;
    const remarks = remarksOf({ unheard, unanswered, madeLate: report.requestsMadeLate });
    const figures = figuresOf({ before, after, report, wanted: scene.wanted, peakMb });
    const answers = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
    bench.rates.set(keyOf(cell), (answers / report.elapsedMs) * 1000);
    const { record } = service;
    const { orderIds } = drained;
    const broken =
      record && database && promises
        ? await brokenPromises({ api: record.api, database, saleId: scene.saleId, orderIds })
        : [];
    return { figures, counts: report.counts, broken, remarks };
  } finally {
    await database?.end();
  }
}

/** The processes of the cell that have not met its workload yet. */
async function warmUpOnce(cell: Cell, service: Service, bench: Bench): Promise<void> {
  const { contestant, workload } = cell;
  const cold = service.processes.slice(0, cell.processes).filter(({ warm }) => !warm.has(workload));
  if (cold.length === 0) return;
  const ports = cold.map(({ port }) => port);
  const scene = await sceneOf(cellOf(contestant, workload, FIRST_CONNECTIONS), service, bench);
  const { requests } = scene;
  const { generator } = bench;
  await generator.call('prepare', { ports, connections: FIRST_CONNECTIONS, requests, keepsOrderIds: false });
  await generator.call('open', null);
  await generator.call('warmUp', firstWarmUp(bench.windowMs));
  await generator.call('drain', { withinMs: DRAIN_MS });
  for (const process of cold) process.warm.add(workload);
  await sleep(200); // a lock that was kept for a next batch is let go
}

function sceneOf(cell: Cell, { record }: Service, { random, rates, windowMs }: Bench): Promise<Scene> {
  const expected = rates.get(keyOf(cell)) ?? (cell.contestant === BARE ? EXPECTED_BARE_RATE : EXPECTED_RATE);
  const seconds = (warmUp(windowMs).leastMs + windowMs) / 1000;
  const count = Math.ceil(SPARE * expected * seconds) + cell.connections;
  const seed = random.below(MAX_SEED);
  return record ? setScene(cell, record, { count, seed }) : Promise.resolve(imaginaryScene(count, seed));
}

function remarksOf(seen: {
  readonly unheard: number;
  readonly unanswered: number;
  readonly madeLate: number;
}): Record<string, number> {
  const remarks = {
    'connections without an answer before the window': seen.unheard,
    'requests never answered': seen.unanswered,
    'requests made within the window': seen.madeLate,
  };
  return Object.fromEntries(Object.entries(remarks).filter(([, count]) => count > 0));
}
