import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { median, percentile, type Random } from '#load';
import { nowMs } from '../clock.js';
import { WATCHED_LEASE_MS } from '../contestants/contestant.js';
import type { Worker, WorkerPool } from '../worker-pool.js';
import { TIMES_EACH, type LoopReport } from '../worker-protocol.js';
import type { Cell, Finding } from './cell.js';
import { contentionOf, type Acquisition } from './contention.js';

/** What a cell needs to be measured. */
export interface Bench {
  readonly pool: WorkerPool;
  /** Looks at each Redis from outside, the shared one first. */
  readonly stores: readonly Redis[];
  readonly random: Random;
  readonly cellMs: number;
  readonly heldMs: number;
}

/** What is done under the lock. */
export const CRITICAL_MS = 1;
const SETTLE_MS = 200;
const WARM_UP_MS = 300;
/** So that each of many waiters has had its turn when measuring begins, at the millisecond or so that a turn takes. */
const WARM_UP_PER_WAITER_MS = 2;
const DRAIN_MS = 30_000;
const WAIT_MIN_MS = 10;
const WAIT_MAX_MS = 30;

let lastKey = 0;

/** Measures one cell on empty stores. @throws Error when the contestant cannot be measured */
export async function measure(cell: Cell, bench: Bench): Promise<Finding> {
  await Promise.all(bench.stores.map((store) => store.flushall()));
  lastKey += 1;
  const key = `bench-${lastKey}:item:lock`;
  switch (cell.measurement) {
    case 'uncontended':
      return uncontended(cell, bench, key);
    case 'contended':
      return contended(cell, bench, key);
    case 'hand-over':
      return handOver(cell, bench, key);
    case 'held':
      return held(cell, bench, key);
  }
}

async function uncontended(cell: Cell, bench: Bench, key: string): Promise<Finding> {
  const [worker] = await ready(cell, bench, key);
  if (!worker) return { figures: {}, errors: 1 };
  const fromMs = nowMs() + SETTLE_MS + WARM_UP_MS;
  const toMs = fromMs + bench.cellMs;
  const order = { contestant: cell.contestant, key, callers: cell.size, fromMs, toMs };
  const report = await worker.call('uncontended', order, toMs - nowMs() + DRAIN_MS);
  const perSecond = (report.acquisitions / report.elapsedMs) * 1000;
  return { figures: { perSecond, commandsEach: commandsEach([report]) }, ...errorsOf([report]) };
}

async function contended(cell: Cell, bench: Bench, key: string): Promise<Finding> {
  const { contestant, size, processes } = cell;
  const workers = await ready(cell, bench, key);
  const fromMs = nowMs() + SETTLE_MS + WARM_UP_MS + size * WARM_UP_PER_WAITER_MS;
  const toMs = fromMs + bench.cellMs;
  const order = { contestant, key, callers: size / processes, fromMs, toMs, criticalMs: CRITICAL_MS };
  const limitMs = toMs - nowMs() + DRAIN_MS;
  const reports = await Promise.all(workers.map((worker) => worker.call('contend', order, limitMs)));
  const acquisitions = reports.flatMap(({ times }, process) =>
    acquisitionsOf(times, process * order.callers),
  );
  return {
    figures: { ...contentionOf(acquisitions, { fromMs, toMs }), commandsEach: commandsEach(reports) },
    ...errorsOf(reports),
  };
}

/**
 * Two callers take turns: one holds while the other has been waiting for a random time, so that polls come in no step.
 * A round trip is measured in the same rhythm, on a connection that has been idle for as long: a PING in a tight loop
 * would be faster than any lock can be.
 */
async function handOver(cell: Cell, bench: Bench, key: string): Promise<Finding> {
  const [first, second = first] = await ready(cell, bench, key);
  if (!first || !second) return { figures: {}, errors: 1 };
  const { contestant } = cell;
  const handOverMs: number[] = [];
  const roundTripMs: number[] = [];
  const endMs = nowMs() + bench.cellMs;
  const idle = () => sleep(WAIT_MIN_MS + bench.random.fraction() * (WAIT_MAX_MS - WAIT_MIN_MS));
  let holder = { worker: first, slot: 0 };
  let waiter = { worker: second, slot: 1 };
  await holder.worker.call('acquire', { contestant, key, slot: holder.slot });
  while (nowMs() < endMs || handOverMs.length === 0) {
    const granted = waiter.worker.call('acquire', { contestant, key, slot: waiter.slot });
    granted.catch(() => undefined); // heard of below, unless the release fails first
    await idle();
    roundTripMs.push((await holder.worker.call('ping', null)).tookMs);
    await idle();
    const { calledMs } = await holder.worker.call('release', { slot: holder.slot });
    handOverMs.push((await granted).startedMs - calledMs);
    [holder, waiter] = [waiter, holder];
  }
  await holder.worker.call('release', { slot: holder.slot });
  return {
    figures: {
      handOverMs: median(handOverMs),
      handOverP99Ms: percentile(handOverMs, 99),
      roundTripMs: median(roundTripMs),
      roundTrips: median(handOverMs) / median(roundTripMs),
    },
    errors: 0,
  };
}

/** In a process of its own, so that its memory is that of these locks alone. */
function held({ contestant, size }: Cell, bench: Bench, key: string): Promise<Finding> {
  return bench.pool.withFresh(async (worker) => {
    await worker.call('warmUp', { contestant, key });
    const storeBefore = await storeBytes(bench);
    const { heapBytes, residentBytes } = await worker.call('hold', { contestant, key, locks: size });
    const storeAfter = await storeBytes(bench);
    const before = await worker.call('commands', null);
    await sleep(bench.heldMs);
    const after = await worker.call('commands', null);
    const commandsPerSecond = ((after.sent - before.sent) / (after.atMs - before.atMs)) * 1000;
    return {
      figures: {
        // Over less than a lease, a watchdog that renews late would look as if it cost nothing.
        ...(bench.heldMs < WATCHED_LEASE_MS ? {} : { commandsPerSecond }),
        heapBytesEach: heapBytes / size,
        residentBytesEach: residentBytes / size,
        storeBytesEach: (storeAfter - storeBefore) / size,
      },
      errors: 0,
    };
  });
}

/** The workers of a cell, each with the contestant open and used once. */
async function ready(
  { contestant, measurement, processes }: Cell,
  { pool }: Bench,
  key: string,
): Promise<Worker[]> {
  const workers = await pool.take(processes);
  await Promise.all(
    workers.map((worker, index) =>
      worker.call('warmUp', { contestant, key: `${key}:${measurement}:${index}` }),
    ),
  );
  return workers;
}

async function storeBytes({ stores: [shared] }: Bench): Promise<number> {
  const info = (await shared?.info('memory')) ?? '';
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? NaN);
}

/** NaN when nothing was acquired. */
function commandsEach(reports: readonly LoopReport[]): number {
  const acquisitions = reports.reduce((sum, report) => sum + report.acquisitions, 0);
  const commands = reports.reduce((sum, report) => sum + report.commands, 0);
  return acquisitions === 0 ? NaN : commands / acquisitions;
}

function errorsOf(reports: readonly LoopReport[]): Pick<Finding, 'errors' | 'firstError'> {
  const errors = reports.reduce((sum, report) => sum + report.errors, 0);
  const firstError = reports.find((report) => report.firstError !== undefined)?.firstError;
  return { errors, ...(firstError === undefined ? {} : { firstError }) };
}

function acquisitionsOf(times: Float64Array, firstWaiter: number): Acquisition[] {
  return Array.from({ length: times.length / TIMES_EACH }, (_, index) => {
    const from = index * TIMES_EACH;
    const [waiter = NaN, askedMs = NaN, startedMs = NaN, endedMs = NaN] = times.subarray(
      from,
      from + TIMES_EACH,
    );
    return { waiter: firstWaiter + waiter, askedMs, startedMs, endedMs };
  });
}
