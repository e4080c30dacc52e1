import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { seedDemoSale } from '../../local/demo-sale.js';
import { ADMIN_KEY, Shop } from '../support/shop.js';

jest.setTimeout(120_000);

const ALL = ['Launch week', 'Night market'];
let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => shop.close());

const seed = () => seedDemoSale({ url: shop.service.url, adminKey: ADMIN_KEY, now: new Date() });

/** The answer to the request after `count` others is lost: the service has done its part, the seeding has not heard. */
function loseAnswerAfter(count: number): void {
  const send = globalThis.fetch;
  let sent = 0;
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
    const answer = await send(...request);
    if (sent++ < count) return answer;
    await answer.body?.cancel();
    throw new TypeError('fetch failed');
  });
}

test('a seeding that was cut short anywhere is completed by the next, and nothing is there twice', async () => {
  for (const heard of [0, 1, 4, 6, 7]) {
    loseAnswerAfter(heard); // the list of sales, six items, the sales
    await expect(seed()).rejects.toThrow('fetch failed');
    jest.restoreAllMocks();
  }
  expect(await seed()).toEqual(['Night market']); // the other one was made when its answer was lost
  expect(await seed()).toEqual([]);

  const { rows: sales } = await shop.record.query<{ name: string }>('SELECT name FROM sale ORDER BY name');
  expect(sales.map(({ name }) => name)).toEqual(ALL);
  const { rows: stock } = await shop.record.query<{ onHand: number }>(
    'SELECT on_hand AS "onHand" FROM stock_level ORDER BY on_hand',
  );
  expect(stock.map(({ onHand }) => onHand)).toEqual([12, 25, 40, 60, 100, 250]);
});

test('a shop with a sale of its own gets no demo', async () => {
  const own = await Shop.open();
  try {
    await own.offer(5);
    expect(await seedDemoSale({ url: own.service.url, adminKey: ADMIN_KEY, now: new Date() })).toEqual([]);
    expect((await own.record.query('SELECT FROM item')).rowCount).toBe(1);
  } finally {
    await own.close();
  }
});

test('what the service refuses is told with its reason, not its key', async () => {
  const fresh = await Shop.open();
  try {
    const seeding = seedDemoSale({ url: fresh.service.url, adminKey: 'a-wrong-key', now: new Date() });
    await expect(seeding).rejects.toThrow(
      /POST \/v1\/admin\/items was answered 401: unauthenticated(?!.*a-wrong-key)/,
    );
  } finally {
    await fresh.close();
  }
});
