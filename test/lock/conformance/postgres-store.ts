import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startPostgres, type LocalPostgres } from '#local';
import { PostgresLockProvider, type PostgresLockProviderOptions } from '#lock/postgres';
import type { ChildProvider, GuardedRecord, StoreFaults } from '#lock/conformance';
import { CHILD_MODULE } from './redis-store.js';

const SCHEMA = 'holdfast_lock';

/** A PostgreSQL of the test file's own, and what can be done to it. */
export class PostgresStore {
  private readonly directory: string;
  private server: LocalPostgres;

  private constructor(directory: string, server: LocalPostgres) {
    this.directory = directory;
    this.server = server;
  }

  static async start(): Promise<PostgresStore> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'postgres-conformance-'));
    return new PostgresStore(directory, await startPostgres({ directory }));
  }

  get url(): string {
    return this.server.url;
  }

  get options(): PostgresLockProviderOptions {
    return { connectionString: this.url, schema: SCHEMA };
  }

  open(): PostgresLockProvider {
    return new PostgresLockProvider(this.options);
  }

  get child(): ChildProvider {
    return { module: CHILD_MODULE, argument: { provider: 'PostgresLockProvider', options: this.options } };
  }

  get faults(): StoreFaults {
    return {
      stop: () => this.server.stopImmediately(),
      start: async () => {
        this.server = await startPostgres({ directory: this.directory, port: this.server.port });
      },
      loseEverything: async () => {
        await this.query(`TRUNCATE ${SCHEMA}.lease, ${SCHEMA}.place`);
      },
      evict: async (resource) => {
        await this.query(`DELETE FROM ${SCHEMA}.lease WHERE resource = $1`, [resource]);
      },
      refusals: [
        {
          name: 'read-only, as a standby is',
          message: /read-only/,
          begin: () => this.setReadOnly(true),
          end: () => this.setReadOnly(false),
        },
      ],
    };
  }

  /** A row that is guarded where it lies. */
  async record(): Promise<GuardedRecord> {
    const table = `guarded_${randomBytes(4).toString('hex')}`;
    await this.query(`CREATE TABLE ${table} AS SELECT 0::bigint AS fence`);
    return {
      write: async (fence) =>
        (await this.query(`UPDATE ${table} SET fence = $1 WHERE fence <= $1`, [fence])) === 1,
    };
  }

  async query(text: string, values: unknown[] = []): Promise<number | null> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query(text, values)).rowCount;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** For sessions that begin from now on; those that are open are ended. */
  private async setReadOnly(readOnly: boolean): Promise<void> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      await client.query('SET default_transaction_read_only = off');
      await client.query(`ALTER DATABASE holdfast SET default_transaction_read_only = ${String(readOnly)}`);
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    } finally {
      await client.end();
    }
  }
}
