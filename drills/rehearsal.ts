import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { migrate, SETTINGS } from '#platform';
import {
  parseLoadOptions,
  readJournal,
  runOnce,
  ServerStack,
  sumOf,
  throwIfAborted,
  type LoadOptions,
  type Progress,
  type RunResult,
  type Target,
  type Verdict,
} from '#load';
import type { Drill, Ground, Scene } from './drill.js';
import { fact } from './fact.js';
import { startFleet, type Fleet } from './fleet.js';
import { IncidentLog } from './incident-log.js';
import type { DrillOptions } from './options.js';
import { outageIn, type Outage } from './outage.js';
import { Relay } from './servers/relay.js';

/** What a drill came to. */
export interface DrillResult {
  readonly drill: string;
  readonly passed: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seed: number;
  /** Orders that got a 201, a definite refusal, neither. */
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Requests that were sent again with their key. */
  readonly resent: number;
  readonly outage: Outage;
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly journal: string;
}

export interface Rehearsal {
  readonly options: DrillOptions;
  /** For what the servers keep while it lasts. */
  readonly directory: string;
  /** For the journal. */
  readonly output: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const ITEMS = 2;
const CONNECTIONS = 50;
const RETRIES = 20;
const PURCHASE_LIMIT = 4; // each buyer sends five orders, over both items
const UNITS_AN_ORDER = 0.8; // so that it sells out in the end, and nobody may hear so too early
const STRIKE_AT = 0.25; // of the time in which orders are sent

/**
 * Starts the stores and the service, lets buyers loose, loses a server, and judges what is left.
 * @throws LocalError or LoadError when something does not start, InterruptedError when `signal` is aborted
 */
export async function rehearse(drill: Drill, rehearsal: Rehearsal): Promise<DrillResult> {
  const { directory, progress, signal } = rehearsal;
  const servers = new ServerStack();
  const relays: Relay[] = [];
  const ground: Ground = {
    directory,
    servers,
    openRelay: async (port) => {
      const relay = await Relay.open([port]);
      relays.push(relay);
      return relay;
    },
    print: (line) => progress.print(`  ${line}`),
    signal,
  };
  try {
    return await rehearseOn(ground, drill, rehearsal);
  } finally {
    progress.done();
    await servers.stop();
    for (const relay of relays) await relay.close();
  }
}

async function rehearseOn(ground: Ground, drill: Drill, rehearsal: Rehearsal): Promise<DrillResult> {
  const { signal } = rehearsal;
  ground.print('Starting the stores …');
  const scene = await drill.prepare(ground);
  throwIfAborted(signal);
  await migrate(scene.env.DATABASE_URL ?? '');
  throwIfAborted(signal);
  ground.print('Starting two API processes and a worker …');
  const fleet = await startFleet(scene.env, ground);
  const log = new IncidentLog(fleet, ground);
  const run = await runOnce({
    target: targetOf(fleet, scene),
    options: loadOptionsOf(rehearsal.options),
    files: filesIn(rehearsal.output),
    progress: rehearsal.progress,
    signal,
    meanwhile: (stopped) => log.strike(scene, rehearsal.options.seconds * STRIKE_AT * 1000, stopped),
  });
  const outage = await outageIn(readJournal(run.files.journal), log.lostMs);
  const verdicts = [
    ...run.verdicts,
    answersAgain(outage),
    ...(await log.fleetVerdicts()),
    ...(await scene.verdicts()),
  ];
  return resultOf(drill, run, { outage, notes: log.notes, verdicts });
}

function resultOf(
  { name }: Drill,
  { counts, seed, startedAt, files }: RunResult,
  rest: Pick<DrillResult, 'outage' | 'notes' | 'verdicts'>,
): DrillResult {
  return {
    drill: name,
    passed: rest.verdicts.every(({ ok }) => ok === true),
    startedAt,
    seed,
    acknowledged: counts.accepted,
    refused: sumOf(counts.refused),
    unknown: sumOf(counts.undecided),
    resent: counts.resent,
    ...rest,
    journal: files.journal,
  };
}

function answersAgain({ untilAcceptedMs }: Outage): Verdict {
  const answered = untilAcceptedMs !== undefined;
  const detail = answered
    ? `a new order was accepted ${Math.round(untilAcceptedMs)} ms after the loss`
    : 'no order was accepted after the loss';
  return fact('answers again by itself', answered, detail);
}

function targetOf(fleet: Fleet, scene: Scene): Target {
  return {
    url: fleet.url,
    adminKey: fleet.adminKey,
    get databaseUrl() {
      return scene.recordUrl(); // it may have moved when it is read
    },
    strategy: SETTINGS.strategy.default ?? '',
    orderDeadlineMs: Number(SETTINGS.orderDeadlineMs.default),
    versions: { postgres: 'unknown', redis: 'unknown' },
    logs: fleet.logs,
    ended: () => false,
    stop: () => Promise.resolve(),
  };
}

function loadOptionsOf({ seconds, rate, seed }: DrillOptions): LoadOptions {
  const buyers = Math.ceil((rate * seconds) / (PURCHASE_LIMIT + 1));
  const numbers = {
    buyers,
    stock: Math.ceil((rate * seconds * UNITS_AN_ORDER) / ITEMS),
    items: ITEMS,
    'purchase-limit': PURCHASE_LIMIT,
    rate,
    duration: seconds,
    connections: CONNECTIONS,
    retries: RETRIES,
    seed,
  };
  const options = parseLoadOptions(
    Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  if (!options) throw new Error('The load has no options.');
  return options;
}

function filesIn(folder: string): RunResult['files'] {
  mkdirSync(folder, { recursive: true });
  const file = (name: string) => path.join(folder, name);
  return { journal: file('journal.jsonl'), json: file('result.json'), html: file('report.html') };
}
