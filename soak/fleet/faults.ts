import { Redis } from 'ioredis';
import { Client } from 'pg';
import { nowMs, pause, type Random } from '#load';
import type { Fleet } from './fleet.js';

export const FAULT_NAMES = [
  'api-killed',
  'api-stopped',
  'api-paused',
  'worker-killed',
  'worker-stopped',
  'worker-paused',
  'redis-killed',
  'redis-paused',
  'redis-flushed',
  'sessions-terminated',
  'postgres-stopped',
  'shop-away',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** A fault that happened, and has been repaired. */
export interface FaultEntry {
  readonly name: FaultName;
  /** After the start. */
  readonly atMs: number;
  /** Until everything ran again. */
  readonly tookMs: number;
}

interface Conditions {
  readonly fleet: Fleet;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Brings a fault about, and repairs it. */
type Fault = (conditions: Conditions) => Promise<void>;

const DOWN_MS = 2_000;
/** Longer than a lock's lease, and than what a holder of a row may take. */
const PAUSE_MS = 6_000;
const SHOP_AWAY_MS = 15_000;

const FAULTS: Readonly<Record<FaultName, Fault>> = {
  'api-killed': ended('apis', (service) => service.kill()),
  'api-stopped': ended('apis', (service) => service.stop()),
  'api-paused': paused('apis'),
  'worker-killed': ended('workers', (service) => service.kill()),
  'worker-stopped': ended('workers', (service) => service.stop()),
  'worker-paused': paused('workers'),
  'redis-killed': async ({ fleet, signal }) => {
    await fleet.members.redis.current.kill();
    await pause(DOWN_MS, signal);
    await fleet.members.redis.startAgain();
  },
  'redis-paused': async ({ fleet, signal }) => {
    fleet.members.redis.current.pause();
    await pause(PAUSE_MS, signal);
    fleet.members.redis.current.resume();
  },
  'redis-flushed': ({ fleet }) => flushed(fleet.redisUrl),
  'sessions-terminated': ({ fleet }) => terminated(fleet.databaseUrl),
  'postgres-stopped': async ({ fleet, signal }) => {
    await fleet.members.postgres.current.stopImmediately();
    await pause(DOWN_MS, signal);
    await fleet.members.postgres.startAgain();
  },
  'shop-away': async ({ fleet, signal }) => {
    fleet.shop.isAway = true;
    await pause(SHOP_AWAY_MS, signal);
    fleet.shop.isAway = false;
  },
};

/** The faults in random order, each once before any comes again. */
export class Faults {
  readonly happened: FaultEntry[] = [];
  private readonly conditions: Conditions;
  private readonly names: readonly FaultName[];
  private deck: FaultName[] = [];

  constructor(names: readonly FaultName[], conditions: Conditions) {
    this.names = names;
    this.conditions = conditions;
  }

  /** @throws the error of a server that does not start again */
  async strike(startMs: number): Promise<FaultEntry> {
    if (this.deck.length === 0) this.deck = this.conditions.random.pick(this.names, this.names.length);
    const name = this.deck.pop() as FaultName;
    const beganMs = nowMs();
    await FAULTS[name](this.conditions);
    const entry = { name, atMs: beganMs - startMs, tookMs: nowMs() - beganMs };
    this.happened.push(entry);
    return entry;
  }
}

type Kind = 'apis' | 'workers';

/** The last of its kind: the first one's growth is what is looked at. */
function ended(
  kind: Kind,
  end: (service: { kill: () => Promise<unknown>; stop: () => Promise<unknown> }) => Promise<unknown>,
): Fault {
  return async ({ fleet, signal }) => {
    const last = fleet.members[kind].at(-1);
    if (!last) return;
    await end(last.current);
    await pause(DOWN_MS, signal);
    await last.startAgain();
  };
}

/** Any of its kind. */
function paused(kind: Kind): Fault {
  return async ({ fleet, random, signal }) => {
    const [one] = random.pick(fleet.members[kind], 1);
    one?.current.pause();
    await pause(PAUSE_MS, signal);
    one?.current.resume();
  };
}

async function flushed(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}

async function terminated(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
  } finally {
    await client.end();
  }
}
