import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Database, migrate } from '#platform';
import { MIGRATIONS } from '../../libs/platform/database/migrations/index.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';

describe('the database', () => {
  let clone: ClonedDatabase;
  let database: Database;

  beforeEach(async () => {
    clone = await cloneDatabase();
    database = new Database({ url: clone.url, poolSize: 2 });
  });

  afterEach(async () => {
    await database.close();
    await clone.drop();
  });

  const INSERT = `INSERT INTO admin_request (idempotency_key, route, request_hash) VALUES ($1, 'a route', 'a hash')`;
  const written = async () => (await database.query('SELECT 1 AS one FROM admin_request')).length;

  test('writes what is sent and not awaited, and fails with what it fails with', async () => {
    const key = randomUUID();
    const insertTwice = database.transaction((transaction) => {
      transaction.send(INSERT, [key]);
      transaction.send(INSERT, [key]);
      return Promise.resolve();
    });
    await expect(insertTwice).rejects.toMatchObject({ code: '23505' });
    expect(await written()).toBe(0);
    await database.transaction((transaction) => {
      transaction.send(INSERT, [key]);
      return Promise.resolve();
    });
    expect(await written()).toBe(1);
  });

  test('writes nothing in a transaction that never began', async () => {
    database.pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      const withoutBegin = (text: unknown, ...rest: unknown[]) =>
        query(text === 'BEGIN' ? 'BEGIM' : text, ...rest);
      Object.assign(client, { query: withoutBegin });
    });
    const insert = database.transaction(async (transaction) => {
      await transaction.query('SELECT 1');
      transaction.send(INSERT, [randomUUID()]);
    });
    await expect(insert).rejects.toMatchObject({ code: '42601' });
    expect(await written()).toBe(0);
  });

  test('is migrated by several processes at once', async () => {
    await database.query('DELETE FROM migrations WHERE id > 1');
    const applied = await Promise.all([migrate(clone.url), migrate(clone.url), migrate(clone.url)]);
    expect(applied.flat().sort()).toEqual(
      MIGRATIONS.slice(1)
        .map(({ name }) => name)
        .sort(),
    );
  }, 30_000);

  test('is migrated whatever limits others have there for a pooler', async () => {
    const name = new URL(clone.url).pathname.slice(1);
    await database.query('DELETE FROM migrations WHERE id > 1');
    await database.query(`ALTER DATABASE ${name} SET statement_timeout = '1ms'`);
    expect(await migrate(clone.url)).not.toEqual([]);
  }, 30_000);
});
