import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { ConfigurationError } from '../config/config.js';
import { LossTolerantClient } from './client.js';
import { CONNECTION_OPTIONS } from './database.js';
import { MIGRATIONS } from './migrations/index.js';

/** TypeORM's settings: entities, migrations and ordinary queries go through it, orders through `Database`. */
export function dataSourceOptions(url: string, poolSize: number): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    migrations: MIGRATIONS,
    poolSize,
    applicationName: 'holdfast',
    // query_timeout is the client's own: a server that is stopped never sends the timeout of a statement
    extra: { ...CONNECTION_OPTIONS, statement_timeout: 5_000, query_timeout: 6_000 },
  };
}

const MIGRATION_POLL_MS = 200;
const MIGRATION_LOCK = 4_011_973; // an advisory lock, so that replicas that start together migrate one after another

/** Reaches the session only where nothing stands between that drops what is asked of it. */
const OWN_SESSION = 'holdfast.own_session';
/** Whatever the role has for a pooler's sake: an index on many orders takes its time. */
const NO_LIMITS = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
const MIGRATION_SESSION = [`${OWN_SESSION}=on`, ...NO_LIMITS.map((name) => `${name}=0`)]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/**
 * Applies what is pending, and runs the scripts behind it, each in a transaction.
 * @returns the names of the migrations applied
 * @throws ConfigurationError behind a pooler: its sessions are not ours, and an advisory lock would outlive us in one
 */
export async function migrate(url: string, scripts: readonly string[] = []): Promise<string[]> {
  const dataSource = new DataSource({
    ...dataSourceOptions(url, 2),
    extra: { Client: LossTolerantClient, connectionTimeoutMillis: 10_000, options: MIGRATION_SESSION },
  });
  await dataSource.initialize();
  const lockHolder = dataSource.createQueryRunner();
  try {
    await requireOwnSession(lockHolder);
    await acquireMigrationLock(lockHolder);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    for (const script of scripts) await dataSource.query(script);
    return applied.map((migration) => migration.name);
  } finally {
    await lockHolder.release();
    await dataSource.destroy(); // ends the session, and with it the advisory lock
  }
}

async function requireOwnSession(session: QueryRunner): Promise<void> {
  const ask = 'SELECT current_setting($1, true) AS own';
  const [row] = (await session.query(ask, [OWN_SESSION])) as { own: string | null }[];
  if (row?.own !== 'on') {
    throw new ConfigurationError(
      'DATABASE_URL leads through a pooler: migrations need the URL of PostgreSQL itself.',
    );
  }
}

/** Asks again and again: a session that waits inside a statement is waited for by CREATE INDEX CONCURRENTLY, for ever. */
async function acquireMigrationLock(session: QueryRunner): Promise<void> {
  const ask = 'SELECT pg_try_advisory_lock($1) AS granted';
  while (!((await session.query(ask, [MIGRATION_LOCK])) as { granted: boolean }[])[0]?.granted) {
    await sleep(MIGRATION_POLL_MS);
  }
}

/** What this version knows of a database's migrations. */
export interface MigrationState {
  /** Those that it knows, and the database has not. */
  readonly pending: readonly string[];
  /** Those that the database has, and it does not know: another version was here. */
  readonly unknown: readonly string[];
}

export async function migrationState(dataSource: DataSource): Promise<MigrationState> {
  const known: string[] = MIGRATIONS.map((Migration) => new Migration().name);
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS exists`,
  );
  const rows = table?.exists ? await dataSource.query<{ name: string }[]>('SELECT name FROM migrations') : [];
  const applied = rows.map(({ name }) => name);
  return {
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}
