import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '#platform';
import { cloneDatabase, createDatabase, runtimeUrlOf, type ClonedDatabase } from '../support/database.js';
import { Life } from './life.js';

const ROOT = new URL('../../', import.meta.url);
const ROLES = readFileSync(new URL('deploy/postgres/roles.sql', ROOT), 'utf8');
const NOT_ALLOWED = '42501';

async function asUser<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const codeOf = (client: Client, statement: string) =>
  client.query(statement).then(
    () => 'allowed',
    (error: unknown) => (error as { code?: string }).code,
  );

describe('the role of the service', () => {
  let database: ClonedDatabase;

  beforeAll(async () => {
    database = await cloneDatabase();
  });

  afterAll(() => database.drop());

  test.each([
    'UPDATE stock_movement SET on_hand_delta = 0',
    'UPDATE customer_order SET total_amount = 0',
    'UPDATE customer_order SET sale_id = id',
    'UPDATE order_line SET quantity = 1',
    'DELETE FROM stock_level',
    'SELECT FROM buyer_erasure',
    'UPDATE payment SET amount = 0',
    'UPDATE sale_item SET allotment = NULL',
    'TRUNCATE outbox_event',
    'DELETE FROM migrations',
    'DROP TABLE item',
    'ALTER TABLE stock_level DROP CONSTRAINT stock_level_reserved_within_on_hand',
    'ALTER TABLE item DISABLE TRIGGER ALL',
    'SET session_replication_role = replica',
    'CREATE TABLE mine ()',
    'CREATE SCHEMA mine',
    "CREATE OR REPLACE FUNCTION outbox_moved() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    'DROP FUNCTION holdfast_lock.sweep',
    'CREATE ROLE mine',
    'ALTER ROLE holdfast_runtime CREATEDB',
    'SET ROLE holdfast_migrate',
    "COPY item TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
  ])('may not: %s', async (statement) => {
    const code = await asUser(runtimeUrlOf(database.url), (client) => codeOf(client, statement));
    expect(code).toBe(NOT_ALLOWED);
  });

  test('may read every table but the trail of erasures, so that none that a migration makes is forgotten', async () => {
    const { rows } = await asUser(database.url, (client) =>
      client.query(`
        SELECT oid::regclass::text AS oid FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace IN ('public'::regnamespace, 'holdfast_lock'::regnamespace)
          AND NOT has_table_privilege('holdfast_runtime', oid, 'SELECT')`),
    );
    expect(rows).toEqual([{ oid: 'buyer_erasure' }]);
  });

  test('removes what has its time in the record, which the retention and the outbox do, and nothing else', async () => {
    const { rows } = await asUser(database.url, (client) =>
      client.query<{ name: string }>(`
        SELECT relname AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
          AND has_table_privilege('holdfast_runtime', oid, 'DELETE') ORDER BY 1`),
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'admin_request',
      'customer_order',
      'order_line',
      'outbox_event',
      'payment',
      'payment_event',
      'purchase',
      'stock_movement',
    ]);
  });

  test('carries an order through its whole life, and has no right that nothing needs', async () => {
    const life = await Life.begin();
    try {
      await life.run();
      await life.stop();
      const { rows } = await life.till.shop.record.query(`
        SELECT relname || ' ' || privilege AS "unused"
        FROM pg_stat_user_tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'TRUNCATE', 'TRIGGER']) privilege
        WHERE schemaname = 'public'
          AND (has_table_privilege('holdfast_runtime', relid, privilege)
            OR privilege IN ('INSERT', 'UPDATE') AND has_any_column_privilege('holdfast_runtime', relid, privilege))
          AND 0 = CASE privilege WHEN 'SELECT' THEN seq_scan + coalesce(idx_scan, 0) WHEN 'INSERT' THEN n_tup_ins
                                 WHEN 'UPDATE' THEN n_tup_upd ELSE 0 END`);
      expect(rows).toEqual([]);
    } finally {
      await life.end();
    }
  }, 90_000);
});

describe('the roles', () => {
  let database: ClonedDatabase;

  beforeAll(async () => {
    database = await createDatabase();
  });

  afterAll(() => database.drop());

  const urlOf = (user: string) => {
    const url = new URL(database.url);
    url.username = user;
    return url.href;
  };
  const migrateAs = (user: string, ...args: string[]) => {
    const program = new URL('dist/apps/api/migrate.js', ROOT).pathname;
    return promisify(execFile)(process.execPath, [program, ...args], {
      env: { ...process.env, DATABASE_URL: urlOf(user) },
    });
  };

  test('take over a record that another role made, and share it', async () => {
    await migrate(database.url);
    await asUser(database.url, (client) => client.query(ROLES));
    await asUser(database.url, (client) => client.query(ROLES)); // safe to run again
    const { stdout } = await migrateAs('holdfast_migrate', '--grant-to', 'holdfast_runtime');
    expect(stdout).toBe('Nothing to migrate.\nGranted to holdfast_runtime.\n');
    const { rows } = await asUser(database.url, (client) =>
      client.query(`
        SELECT relname FROM pg_class
        WHERE relnamespace IN ('public'::regnamespace, 'holdfast_lock'::regnamespace) AND relowner <> 'holdfast_migrate'::regrole
        UNION ALL SELECT proname FROM pg_proc
        WHERE pronamespace IN ('public'::regnamespace, 'holdfast_lock'::regnamespace) AND proowner <> 'holdfast_migrate'::regrole`),
    );
    expect(rows).toEqual([]);
    await asUser(urlOf('holdfast_runtime'), async (client) => {
      expect(await codeOf(client, 'SELECT FROM customer_order')).toBe('allowed');
      expect(await codeOf(client, 'CREATE TEMPORARY TABLE mine ()')).toBe(NOT_ALLOWED);
    });
  }, 60_000);

  test('are not made up: whom to grant to has to be there', async () => {
    await expect(migrateAs('holdfast_migrate', '--grant-to', 'nobody')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Could not migrate: .*role "nobody" does not exist\n$/) as unknown,
    });
  }, 60_000);
});
