import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { LockUsageError } from '../../errors.js';
import type { PostgresConnection } from './postgres-connection.js';
import { SchemaMissingError } from './postgres-errors.js';

/** Raise it with every change of a file in sql/: a newer library then replaces what an older one created. */
const SCHEMA_VERSION = 2;
export const DEFAULT_SCHEMA = 'holdfast_lock';
const CREATION_MS = 10_000;

const FILES = [
  'schema',
  'advisory-key',
  'mutex',
  'first-place',
  'grant-lease',
  'renew',
  'promote',
  'obstacle',
  'queue',
  'permits',
  'acquire',
  'acquire-some',
  'extend',
  'release',
  'adopt',
  'list',
  'values',
  'sweep',
  'lock-in-transaction',
] as const;

/** @throws LockUsageError for what is no plain name of a schema */
export function requireSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,47}$/.test(schema) || schema.startsWith('pg_')) {
    throw new LockUsageError(
      [],
      `schema must be a name of a-z, 0-9 and _ with at most 48 characters, not "${schema}".`,
    );
  }
  return schema;
}

/**
 * The whole schema as one script, for those who keep their database's schema in migrations: safe to run again, and in
 * a transaction. A provider with `createSchema: false` needs it.
 * @throws LockUsageError
 */
export function postgresLockSchema(schema = DEFAULT_SCHEMA): string {
  requireSchemaName(schema);
  const texts = FILES.map((name) => readFileSync(new URL(`sql/${name}.sql`, import.meta.url), 'utf8'));
  const version = `COMMENT ON SCHEMA ${DEFAULT_SCHEMA} IS '${commentOf(SCHEMA_VERSION)}';\n`;
  return [...texts, version].join('\n').replaceAll(DEFAULT_SCHEMA, `"${schema}"`);
}

/** The schema at its first use: there in this library's version or a newer one, else created. */
export class Schema {
  private readonly name: string;
  private readonly connection: PostgresConnection;
  private readonly creates: boolean;
  private ready: Promise<void> | undefined;

  constructor(name: string, connection: PostgresConnection, options: { creates: boolean }) {
    this.name = requireSchemaName(name);
    this.connection = connection;
    this.creates = options.creates;
  }

  /** One for all who ask meanwhile; a failure is forgotten, so that the next call tries again. */
  ensure(): Promise<void> {
    this.ready ??= this.create().catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
    return this.ready;
  }

  /** The next call looks again. */
  forget(): void {
    this.ready = undefined;
  }

  private async create(): Promise<void> {
    await this.connection.session(CREATION_MS, async (client) => {
      if (await isCurrent(client, this.name)) return;
      if (!this.creates) {
        throw new SchemaMissingError(
          `schema "${this.name}" is missing or of an older version: run the script of postgresLockSchema()`,
        );
      }
      await client.query('BEGIN');
      try {
        await client.query(`SET LOCAL statement_timeout = ${CREATION_MS}`);
        await client.query(`SET LOCAL lock_timeout = ${CREATION_MS}`);
        // Guard: CREATE … IF NOT EXISTS fails when two sessions run it at once.
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`create ${this.name}`]);
        if (!(await isCurrent(client, this.name))) await client.query(postgresLockSchema(this.name));
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }
}

async function isCurrent(client: ClientBase, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ comment: string | null }>(
    `SELECT obj_description(to_regnamespace($1), 'pg_namespace') AS comment`,
    [`"${schema}"`],
  );
  const version = /^holdfast lock (\d+)$/.exec(rows[0]?.comment ?? '')?.[1];
  return Number(version ?? 0) >= SCHEMA_VERSION;
}

function commentOf(version: number): string {
  return `holdfast lock ${version}`;
}
