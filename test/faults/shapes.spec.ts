import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startService, type LocalService } from '#local';
import { serviceEnvironment, Shop } from '../support/shop.js';
import { Load, LOAD_ENV, type LoadOptions } from './load.js';

const BUYERS = 60;

describe('fault: shapes', () => {
  let shop: Shop;
  let other: LocalService;

  beforeAll(async () => {
    shop = await Shop.open(LOAD_ENV);
    other = await startService({ env: serviceEnvironment({ ...LOAD_ENV, DATABASE_URL: shop.databaseUrl }) });
  }, 180_000);

  afterAll(async () => {
    await other.stop();
    await shop.close();
  });

  /** @returns how many orders came of it when everybody has heard that there is no more */
  async function sellOut(options: LoadOptions): Promise<number> {
    const load = await Load.start(shop, { buyers: BUYERS, replicas: [other, shop.service], ...options });
    await load.sellsOut();
    return (await load.end()).orders;
  }

  const one: LoadOptions = { purchaseLimit: 1 };

  test.each([
    ['stock 0', { ...one, stock: 0 }, 0],
    ['stock 1', { ...one, stock: 1 }, 1],
    ['stock N−1', { ...one, stock: BUYERS - 1 }, BUYERS - 1],
    ['1,000 buyers for one unit', { buyers: 1_000, stock: 1 }, 1],
  ])('%s', async (_, options, orders) => expect(await sellOut(options)).toBe(orders), 60_000);

  test('carts that share items in opposite orders', async () => {
    const linesOf: LoadOptions['linesOf'] = (itemIds, buyer) => {
      const lines = itemIds.map((itemId) => ({ itemId, quantity: 1 }));
      return buyer % 2 === 0 ? lines : lines.reverse();
    };
    expect(await sellOut({ items: 4, stock: 150, linesOf })).toBe(150);
  }, 180_000);

  test('a quantity larger than the rest', async () => {
    const linesOf: LoadOptions['linesOf'] = ([itemId = '']) => [{ itemId, quantity: 3 }];
    expect(await sellOut({ stock: 200, linesOf })).toBe(66); // two are left, and nobody wants so few
  }, 180_000);
});
