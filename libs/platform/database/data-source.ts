import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { CONNECTION_LIMITS } from './database.js';
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
    extra: { ...CONNECTION_LIMITS, statement_timeout: 5_000, query_timeout: 6_000 },
  };
}

const MIGRATION_POLL_MS = 200;
const MIGRATION_LOCK = 4_011_973; // an advisory lock, so that replicas that start together migrate one after another

/** Applies what is pending. @returns the names of the migrations applied */
export async function migrate(url: string): Promise<string[]> {
  const dataSource = new DataSource({
    ...dataSourceOptions(url, 2),
    extra: { connectionTimeoutMillis: 10_000 },
  });
  await dataSource.initialize();
  const lockHolder = dataSource.createQueryRunner();
  try {
    await acquireMigrationLock(lockHolder);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map((migration) => migration.name);
  } finally {
    await lockHolder.release();
    await dataSource.destroy(); // ends the session, and with it the advisory lock
  }
}

/** Asks again and again: a session that waits inside a statement is waited for by CREATE INDEX CONCURRENTLY, for ever. */
async function acquireMigrationLock(session: QueryRunner): Promise<void> {
  const ask = 'SELECT pg_try_advisory_lock($1) AS granted';
  while (!((await session.query(ask, [MIGRATION_LOCK])) as { granted: boolean }[])[0]?.granted) {
    await sleep(MIGRATION_POLL_MS);
  }
}

/** The migrations that this version knows and the database has not. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const known = MIGRATIONS.map((Migration) => new Migration().name);
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS exists`,
  );
  if (!table?.exists) return known;
  const applied = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations');
  const names = new Set(applied.map((row) => row.name));
  return known.filter((name) => !names.has(name));
}
