import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Database, migrationState, type Config, type MigrationState } from '#platform';
import { readClock, type ClockOffset } from './clock.js';
import { readRecord, type RecordFacts } from './record.js';
import { readSales, type SaleFacts } from './sales.js';

/** What PostgreSQL says of itself. */
export interface PostgresFacts {
  /** Such as 180004. */
  readonly version: number;
  readonly inRecovery: boolean;
  /** As they apply to a session of this user: text as SHOW writes it would have units, these have none. */
  readonly settings: Readonly<Record<SettingName, string>>;
  /** Undefined where this user may not see it. */
  readonly synchronousStandbys: number | undefined;
  /** The limits that the service asks for as it connects, as the session has them. */
  readonly limits: {
    readonly lockTimeout: string;
    readonly statementTimeout: string;
    readonly idleTimeout: string;
  };
  readonly dataDirectory: string | undefined;
  readonly clock: ClockOffset;
  readonly migrations: MigrationState;
  /** Undefined while migrations are pending. */
  readonly record: RecordFacts | undefined;
  readonly sales: readonly SaleFacts[] | undefined;
}

const SETTING_NAMES = [
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'synchronous_standby_names',
  'max_connections',
  'superuser_reserved_connections',
  'autovacuum',
  'track_counts',
  'max_wal_size', // MB
  'checkpoint_timeout', // s
  'wal_compression',
  'shared_buffers', // pages of 8 kB
  'huge_pages_status', // 17 or newer
  'shared_memory_size_in_huge_pages', // 15 or newer
] as const;
export type SettingName = (typeof SETTING_NAMES)[number];

const TIMEOUT_MS = 10_000;

/** @throws the error of pg when it cannot be reached or read */
export async function readPostgres({ databaseUrl }: Pick<Config, 'databaseUrl'>): Promise<PostgresFacts> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: 'holdfast-doctor',
  });
  client.on('error', () => undefined); // the query under way reports it
  await client.connect();
  try {
    const migrations = await readMigrations(databaseUrl);
    const isMigrated = migrations.pending.length === 0;
    return {
      ...(await readServer(client)),
      settings: await readSettings(client),
      synchronousStandbys: await readStandbys(client),
      limits: await readLimits(databaseUrl),
      clock: await readClock(async () => {
        const sql = 'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now';
        return (await client.query<{ now: number }>(sql)).rows[0]?.now ?? NaN;
      }),
      migrations,
      record: isMigrated ? await readRecord(client) : undefined,
      sales: isMigrated ? await readSales(client) : undefined,
    };
  } finally {
    await client.end();
  }
}

async function readServer(client: Client) {
  const { rows } = await client.query<{ version: number; inRecovery: boolean; dataDirectory: string | null }>(
    `SELECT current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS "inRecovery",
            (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS "dataDirectory"`,
  );
  const { version = 0, inRecovery = false, dataDirectory = null } = rows[0] ?? {};
  return { version, inRecovery, dataDirectory: dataDirectory ?? undefined };
}

async function readSettings(client: Client): Promise<PostgresFacts['settings']> {
  const { rows } = await client.query<{ name: SettingName; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
    [[...SETTING_NAMES]],
  );
  const found = new Map(rows.map(({ name, setting }) => [name, setting]));
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [name, found.get(name) ?? '']),
  ) as PostgresFacts['settings'];
}

/** A user without pg_monitor sees that standbys are there, and nothing of them. */
async function readStandbys(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ sync_state: string | null }>(
    'SELECT sync_state FROM pg_stat_replication',
  );
  if (rows.some((row) => row.sync_state === null)) return undefined;
  return rows.filter((row) => row.sync_state === 'sync' || row.sync_state === 'quorum').length;
}

/** Through a connection that the service would make. */
async function readLimits(url: string): Promise<PostgresFacts['limits']> {
  const database = new Database({ url, poolSize: 1, connectTimeoutMs: TIMEOUT_MS });
  try {
    const [limits] = await database.query<PostgresFacts['limits']>(
      `SELECT current_setting('lock_timeout') AS "lockTimeout", current_setting('statement_timeout') AS "statementTimeout",
              current_setting('idle_in_transaction_session_timeout') AS "idleTimeout"`,
    );
    return limits ?? { lockTimeout: '', statementTimeout: '', idleTimeout: '' };
  } finally {
    await database.close();
  }
}

async function readMigrations(url: string): Promise<MigrationState> {
  const dataSource = new DataSource({ type: 'postgres', url, poolSize: 1, connectTimeoutMS: TIMEOUT_MS });
  await dataSource.initialize();
  try {
    return await migrationState(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
