import path from 'node:path';
import { Redis } from 'ioredis';
import { startEtcd, startPostgres, startRedis, startZooKeeper, type LocalProgram } from '#local';
import { InterruptedError, messageOf, randomOf, throwIfAborted, type Random } from '#load';
import { roundsOf, timeLeft, type Planned } from '../shared/rounds.js';
import type { RunContext } from '../shared/run-context.js';
import type { Servers } from './contestants/contestant.js';
import { isPeer, redisNodesOf, type ContestantName } from './contestants/roster.js';
import { cellsOf, circumstancesOf, type Cell } from './measure/cell.js';
import { measure, type Bench } from './measure/measure.js';
import type { BenchOptions } from './options.js';
import { installPeers } from './peers.js';
import { Results, type Measured } from './results.js';
import { WorkerPool } from './worker-pool.js';

export interface RunOutcome {
  readonly results: Results;
  readonly redisVersion: string;
}

/** Starts what the contestants need, measures every cell in every round, and ends all of it again. */
export async function run(context: RunContext<BenchOptions>): Promise<RunOutcome> {
  const { options, progress, signal } = context;
  const { contestants } = options;
  const stops: (() => Promise<unknown>)[] = [];
  const endAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
  };
  try {
    if (contestants.some(isPeer)) await installPeers((line) => progress.print(line), signal);
    throwIfAborted(signal);
    const servers = await startServers(contestants, context, stops);
    const stores = servers.redisUrls.map((url) => new Redis(url));
    stops.push(() => Promise.all(stores.map((store) => store.quit())));
    const pool = new WorkerPool(servers);
    const close = () => pool.close();
    stops.push(close);
    const interrupt = () => void close(); // what is under way fails at once
    signal.addEventListener('abort', interrupt, { once: true });
    throwIfAborted(signal);
    const random = randomOf(options.seed);
    const bench: Bench = {
      pool,
      stores,
      random,
      cellMs: options.seconds * 1000,
      heldMs: options.heldSeconds * 1000,
    };
    const plan = planOf(options, contestants, random);
    const results = await measureAll(plan, bench, context);
    const redisVersion = /redis_version:(\S+)/.exec((await stores[0]?.info('server')) ?? '')?.[1] ?? '?';
    return { results, redisVersion };
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    await endAll();
  }
}

async function startServers(
  contestants: readonly ContestantName[],
  { folder, progress, signal }: RunContext<BenchOptions>,
  stops: (() => Promise<unknown>)[],
): Promise<Servers> {
  const redisUrls: string[] = [];
  const nodes = Math.max(1, ...contestants.map(redisNodesOf));
  for (let node = 1; node <= nodes; node += 1) {
    const redis = await startRedis({
      directory: path.join(folder, `redis-${node}`),
      print: (line) => progress.print(line),
    });
    stops.push(() => redis.stop());
    redisUrls.push(redis.url);
    throwIfAborted(signal);
  }
  const urlOf = async (
    name: ContestantName,
    start: (options: { directory: string; signal: AbortSignal }) => Promise<LocalProgram & { url: string }>,
  ): Promise<string | undefined> => {
    if (!contestants.includes(name)) return undefined;
    progress.print(`Starting the server of ${name} …`);
    const server = await start({ directory: path.join(folder, name), signal });
    stops.push(() => server.stop());
    throwIfAborted(signal);
    return server.url;
  };
  return {
    redisUrls,
    postgresUrl: await urlOf('ours-postgres', startPostgres),
    etcdUrl: await urlOf('ours-etcd', startEtcd),
    zookeeperUrl: await urlOf('ours-zookeeper', startZooKeeper),
  };
}

/** Each round has every cell, in an order of its own; the held locks come once, at the end. */
function planOf(
  { rounds, measurements, heldLocks }: BenchOptions,
  contestants: readonly ContestantName[],
  random: Random,
): Planned<Cell>[] {
  const cells = contestants
    .flatMap((contestant) => cellsOf(contestant, heldLocks))
    .filter(({ measurement }) => measurements.includes(measurement));
  const once = cells.filter(({ measurement }) => measurement === 'held');
  const repeated = cells.filter(({ measurement }) => measurement !== 'held');
  const plan = roundsOf(repeated, rounds, random);
  return [...plan, ...random.pick(once, once.length).map((cell) => ({ round: 0, cell }))];
}

async function measureAll(
  plan: readonly Planned<Cell>[],
  bench: Bench,
  { progress, signal, options }: RunContext<BenchOptions>,
): Promise<Results> {
  const measured: Measured[] = [];
  const startedMs = performance.now();
  for (const [index, { round, cell }] of plan.entries()) {
    throwIfAborted(signal);
    const what = `${cell.contestant}, ${circumstancesOf(cell)}`;
    progress.show(() => {
      const when = round === 0 ? 'once' : `round ${round} of ${options.rounds}`;
      return `cell ${index + 1} of ${plan.length} (${when}): ${what}${timeLeft(startedMs, index, plan.length)}`;
    });
    try {
      measured.push({ round, cell, finding: await measure(cell, bench) });
    } catch (error) {
      throwIfAborted(signal);
      progress.done();
      progress.print(`Not measured: ${what}: ${messageOf(error).split('\n')[0] ?? ''}`);
      await bench.pool.restart();
      measured.push({ round, cell, finding: { figures: {}, errors: 1, firstError: messageOf(error) } });
    }
  }
  progress.done();
  return new Results(measured);
}
