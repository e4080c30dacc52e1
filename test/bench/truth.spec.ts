import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#load';
import { brokenPromises } from '../../bench/orders/measure/truth.js';
import { ADMIN_KEY, Shop, type OrderBody } from '../support/shop.js';

describe('what a benchmark heard is held against the record', () => {
  let shop: Shop;
  let database: pg.Client;

  beforeAll(async () => {
    shop = await Shop.open();
    database = new pg.Client({ connectionString: shop.databaseUrl });
    await database.connect();
  }, 60_000);

  afterAll(async () => {
    await database.end();
    await shop.close();
  });

  /** One order of a sale of its own. */
  async function sellOne(): Promise<{ saleId: string; orderId: string }> {
    const { itemId, saleId } = await shop.offer(5);
    const [buyer] = await shop.buyers(1);
    const answer = await buyer?.order(saleId, [{ itemId, quantity: 1 }]);
    return { saleId, orderId: (answer?.body as OrderBody).id };
  }

  const check = (saleId: string, orderIds: string[]) => {
    const api = new Api({ url: shop.service.url, adminKey: ADMIN_KEY, signal: new AbortController().signal });
    return brokenPromises({ api, database, saleId, orderIds });
  };

  test('and agrees with it, also where an answer was not heard', async () => {
    const { saleId, orderId } = await sellOne();
    expect(await check(saleId, [orderId])).toEqual([]);
    expect(await check(saleId, [])).toEqual([]);
  });

  test('and shows an order that was acknowledged and is not there', async () => {
    const { saleId, orderId } = await sellOne();
    expect(await check(saleId, [orderId, randomUUID()])).toEqual([
      '2 orders were acknowledged, 1 are in the record',
      '1 acknowledged orders are not in the record',
    ]);
  });

  test('and shows books that do not balance', async () => {
    const { saleId, orderId } = await sellOne();
    await database.query('DELETE FROM stock_movement WHERE order_id = $1', [orderId]);
    const broken = await check(saleId, [orderId]);
    expect(broken.some((line) => line.startsWith('ledger_reserved: '))).toBe(true);
  });
});
