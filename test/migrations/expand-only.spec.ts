import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../libs/platform/database/data-source.js';
import { MIGRATIONS } from '../../libs/platform/database/migrations/index.js';
import { createDatabase, type ClonedDatabase, openPool } from '../support/database.js';
import { readSchema, whatBreaks } from './schema.js';

// Two versions run on one schema while one replaces the other (docs/operations.md, Upgrading).

describe('a migration takes nothing away from the version before it', () => {
  let database: ClonedDatabase;
  let sql: Pool;

  beforeAll(async () => {
    database = await createDatabase();
    sql = openPool(database.url, 2);
  });

  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  async function migrateTo(count: number): Promise<void> {
    const options = dataSourceOptions(database.url, 1);
    const source = new DataSource({ ...options, migrations: MIGRATIONS.slice(0, count) });
    await source.initialize();
    await source.runMigrations({ transaction: 'each' });
    await source.destroy();
  }

  test.each(MIGRATIONS.map(({ name }, index) => [name, index + 1] as const))('%s', async (_, count) => {
    const before = await readSchema(sql);
    await migrateTo(count);
    const after = await readSchema(sql);
    expect(whatBreaks(before, after)).toEqual([]);
  });

  test.each([
    ['drops a column', 'ALTER TABLE item DROP COLUMN image_url', 'item.image_url is gone'],
    ['renames one', 'ALTER TABLE item RENAME image_url TO picture', 'item.image_url is gone'],
    ['drops a table', 'DROP TABLE payment_event', 'payment_event.event_id is gone'],
    [
      'changes a type',
      'ALTER TABLE item ALTER price_amount TYPE numeric',
      'item.price_amount was bigint and is numeric',
    ],
    [
      'demands a value that was optional',
      'ALTER TABLE item ALTER image_url SET NOT NULL',
      'item.image_url must not be null any more',
    ],
    [
      'demands a value that is new',
      'ALTER TABLE payment_event ADD COLUMN amount bigint NOT NULL',
      'payment_event.amount is new, and must be given',
    ],
    ['drops a function', 'DROP FUNCTION raise_purchase_limit_race()', 'raise_purchase_limit_race() is gone'],
  ])('one that %s would be noticed', async (_, statement, broken) => {
    const client = await sql.connect();
    try {
      const before = await readSchema(client);
      await client.query('BEGIN');
      await client.query(statement);
      expect(whatBreaks(before, await readSchema(client))).toContain(broken);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
