import os from 'node:os';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Progress } from '#load';
import { fillDatabase } from '../../bench/orders/volume/fill.js';
import { cloneDatabase } from '../support/database.js';
import { Shop } from '../support/shop.js';

const ORDERS = 2_000;

describe('a database full of stored orders', () => {
  let shop: Shop;
  let before: string[];

  beforeAll(async () => {
    const database = await cloneDatabase();
    before = await indexesOf(database.url);
    await fillDatabase({
      databaseUrl: database.url,
      orders: ORDERS,
      folder: os.tmpdir(),
      progress: new Progress({ isTerminal: false, write: () => undefined }),
      signal: new AbortController().signal,
    });
    shop = await Shop.openOn(database.url, {}, database.drop);
  }, 60_000);

  afterAll(() => shop.close());

  test('holds as many as were asked for, each with its line, its purchase and its movements', async () => {
    const { rows } = await shop.record.query(`
      SELECT (SELECT count(*)::int FROM customer_order) AS orders, (SELECT count(*)::int FROM order_line) AS lines,
             (SELECT sum(quantity)::int FROM purchase) AS units,
             (SELECT count(*)::int FROM stock_movement WHERE order_id IS NOT NULL) AS movements`);
    expect(rows).toEqual([{ orders: ORDERS, lines: ORDERS, units: ORDERS, movements: 2 * ORDERS }]);
  });

  test('balances, sale by sale', async () => {
    const { rows } = await shop.record.query<{ id: string }>('SELECT id FROM sale');
    expect(rows).toHaveLength(100);
    for (const { id } of rows.slice(0, 10)) {
      const { balanced, checks } = await shop.reconcile(id);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(balanced).toBe(true);
    }
  });

  test('has the indexes and constraints that an empty one has', async () => {
    expect(await indexesOf(shop.databaseUrl)).toEqual(before);
  });
});

async function indexesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ definition: string }>(`
      SELECT indexdef AS definition FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
      ORDER BY definition`);
    return rows.map(({ definition }) => definition);
  } finally {
    await client.end();
  }
}
