import { setMaxListeners } from 'node:events';
import os from 'node:os';
import {
  InterruptedError,
  Journal,
  LoadError,
  nowMs,
  pause,
  randomOf,
  readPostgresVersion,
  readRedisVersion,
  throwIfAborted,
  type Progress,
} from '#load';
import { Faults } from './fleet/faults.js';
import { Fleet } from './fleet/fleet.js';
import { judge, leftOver } from './judge.js';
import { costOfAnOrder, growths } from './measure/measures.js';
import { Sampler } from './measure/sampler.js';
import type { SoakOptions } from './options.js';
import { failuresOf, type SoakResult } from './result.js';
import type { Catalogue } from './traffic/catalogue.js';
import { Traffic } from './traffic/traffic.js';

export interface RunContext {
  readonly options: SoakOptions;
  /** For what the servers keep; it is removed when they have stopped. */
  readonly directory: string;
  readonly files: SoakResult['files'];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const MINUTE_MS = 60_000;
/** For how long an order is held: short beside the run, so that holds end all the time. */
const RESERVATION_TTL_SECONDS = { most: 30, least: 2 };
/** Payments that are asked about again, holds that were extended, events that are sent again. */
const QUIET_LIMIT_MS = 180_000;

/** Runs for so long, waits until all is quiet, and judges. @throws LocalError, LoadError, InterruptedError */
export async function runSoak(context: RunContext): Promise<SoakResult> {
  const { directory, progress, signal } = context;
  progress.print('Starting PostgreSQL, Redis, two API processes and two workers …');
  const fleet = await Fleet.start({ directory, signal, print: (line) => progress.print(line) });
  const journal = new Journal(context.files.journal);
  try {
    return await soak(context, fleet, journal);
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    journal.close();
    await fleet.stop();
  }
}

async function soak(context: RunContext, fleet: Fleet, journal: Journal): Promise<SoakResult> {
  const { options, files, progress, signal } = context;
  const random = randomOf(options.seed);
  const startedAt = new Date().toISOString();
  const traffic = new Traffic({
    urls: fleet.members.apis.map(({ current }) => current.url),
    adminKey: fleet.adminKey,
    rate: options.rate,
    reservationTtlSeconds: reservationTtlSeconds(options),
    ...{ journal, random, signal },
  });
  const catalogue = await traffic.open();
  const startMs = nowMs();
  const sampler = new Sampler(fleet, startMs);
  const faults = new Faults(options.faults, { fleet, random: randomOf(options.seed), signal });
  await flow(context, { fleet, traffic, catalogue, sampler, faults, startMs });
  progress.print('The last visit is over; waiting until nothing is under way …');
  await becomeQuiet(fleet, signal);
  await sampler.sample();
  journal.close();
  progress.print('Judging …');
  const verdicts = await judge(files.journal, { fleet, traffic, catalogue });
  const { output: _output, ...told } = options;
  const result: SoakResult = {
    holdfast: 'soak-result',
    passed: true,
    startedAt,
    elapsedMs: nowMs() - startMs,
    options: told,
    machine: `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${os.type()} ${os.release()}`,
    versions: await versionsOf(fleet),
    visits: traffic.visits,
    streams: traffic.watchers.opened,
    events: fleet.shop.delivered,
    orders: sampler.series.get('orders')?.at(-1)?.[1] ?? 0,
    answers: Object.fromEntries([...traffic.caller.counts].sort(([a], [b]) => a.localeCompare(b))),
    faults: faults.happened,
    growths: growths(sampler.series),
    costOfAnOrder: costOfAnOrder(sampler.series),
    verdicts,
    series: Object.fromEntries(sampler.series),
    files,
  };
  return { ...result, passed: failuresOf(result).length === 0 };
}

interface Scene {
  readonly fleet: Fleet;
  readonly traffic: Traffic;
  readonly catalogue: Catalogue;
  readonly sampler: Sampler;
  readonly faults: Faults;
  readonly startMs: number;
}

/** Load, faults and samples beside each other, until the time is over and the last visit has ended. */
async function flow(
  { options, progress, signal }: RunContext,
  { traffic, catalogue, sampler, faults, startMs }: Scene,
): Promise<void> {
  const over = new AbortController();
  const end = AbortSignal.any([signal, over.signal]);
  setMaxListeners(Infinity, signal, end); // every visit, watcher and pause hears of it
  const sampling = repeat(options.sampleEverySec * 1000, end, () => sampler.sample());
  const faulting = repeat(options.faultEverySec * 1000, end, async () => {
    const { name, tookMs } = await faults.strike(startMs);
    const { begun } = traffic.visits;
    const minutes = ((nowMs() - startMs) / MINUTE_MS).toFixed(1);
    progress.print(
      `${minutes} min  ${name} (repaired after ${(tookMs / 1000).toFixed(1)} s), ${begun} visits`,
    );
  });
  const flowing = traffic.flow(catalogue, end);
  const timeIsOver = pause(options.minutes * MINUTE_MS, signal);
  await Promise.race([timeIsOver, faulting]).finally(() => over.abort()); // a fault that is not repaired ends the run
  await Promise.all([sampling, faulting, flowing]);
  throwIfAborted(signal);
}

/** The first time after `everyMs`. @throws the first error of `work` */
async function repeat(everyMs: number, end: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  for (let dueMs = nowMs() + everyMs; ; dueMs = Math.max(dueMs + everyMs, nowMs())) {
    await pause(dueMs - nowMs(), end);
    if (end.aborted) return;
    await work();
  }
}

/** @throws LoadError naming what is still under way */
async function becomeQuiet(fleet: Fleet, signal: AbortSignal): Promise<void> {
  const deadlineMs = nowMs() + QUIET_LIMIT_MS;
  for (;;) {
    throwIfAborted(signal);
    const left = await leftOver(fleet.databaseUrl);
    const waiting = Object.entries(left).filter(([, count]) => count > 0);
    if (waiting.length === 0) return;
    if (nowMs() > deadlineMs) {
      const what = waiting.map(([kind, count]) => `${count} ${kind}`).join(', ');
      throw new LoadError(`After ${QUIET_LIMIT_MS / 1000} s there are still ${what}.`);
    }
    await pause(500, signal);
  }
}

function reservationTtlSeconds({ minutes }: SoakOptions): number {
  const { most, least } = RESERVATION_TTL_SECONDS;
  return Math.max(least, Math.min(most, Math.round(minutes * 6)));
}

async function versionsOf(fleet: Fleet): Promise<Record<string, string>> {
  return {
    Node: process.versions.node,
    PostgreSQL: await readPostgresVersion(fleet.databaseUrl),
    Redis: await readRedisVersion(fleet.redisUrl),
  };
}
