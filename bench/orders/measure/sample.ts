import type pg from 'pg';
import { cpuSecondsOf } from './process-figures.js';
import { readServiceMetrics, type ServiceMetrics } from './service-metrics.js';

/** Where the figures of a sample come from. */
export interface Sources {
  readonly apiPids: readonly number[];
  readonly postgresPid: number;
  readonly redisPids: readonly number[];
  readonly generatorPid: number;
  /** Undefined for what has no record. */
  readonly database: pg.Client | undefined;
  /** Where GET /metrics is asked. */
  readonly ports: readonly number[];
}

export type Consumer = 'api' | 'postgres' | 'redis' | 'generator';

/** What had been used and done up to a moment. */
export interface Sample {
  readonly cpu: { readonly atMs: number; readonly seconds: Readonly<Record<Consumer, number>> } | undefined;
  readonly database:
    { readonly atMs: number; readonly walBytes: number; readonly commits: number } | undefined;
  readonly metrics: ServiceMetrics | undefined;
}

const DATABASE = `
  SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS "walBytes", xact_commit::float8 AS commits
  FROM pg_stat_database WHERE datname = current_database()`;

/** @throws the error of pg or fetch when a server does not answer */
export async function takeSample(sources: Sources): Promise<Sample> {
  const cpu = cpuOf(sources);
  const { database: client, ports } = sources;
  if (!client) return { cpu, database: undefined, metrics: undefined };
  const [database, metrics] = await Promise.all([readDatabase(client), readServiceMetrics(ports)]);
  return { cpu, database, metrics };
}

function cpuOf({ apiPids, postgresPid, redisPids, generatorPid }: Sources): Sample['cpu'] {
  const atMs = performance.now();
  const api = cpuSecondsOf(apiPids);
  const postgres = cpuSecondsOf([postgresPid]);
  const redis = cpuSecondsOf(redisPids);
  const generator = cpuSecondsOf([generatorPid]);
  if (api === undefined || postgres === undefined || redis === undefined || generator === undefined) {
    return undefined;
  }
  return { atMs, seconds: { api, postgres, redis, generator } };
}

async function readDatabase(client: pg.Client): Promise<NonNullable<Sample['database']>> {
  const { rows } = await client.query<{ walBytes: number; commits: number }>(DATABASE);
  return { atMs: performance.now(), walBytes: rows[0]?.walBytes ?? 0, commits: rows[0]?.commits ?? 0 };
}
