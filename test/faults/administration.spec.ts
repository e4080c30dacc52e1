import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectStatus, Shop, tally, type Buyer } from '../support/shop.js';
import { Load, LOAD_ENV } from './load.js';

const CROWD = 60;

describe('fault: administration', () => {
  let shop: Shop;
  let crowd: Buyer[];

  beforeAll(async () => {
    shop = await Shop.open(LOAD_ENV);
    crowd = await shop.buyers(CROWD);
  }, 180_000);

  afterAll(() => shop.close());

  /** What an administrator of the case does, beside a sale that just goes on. */
  async function beside(work: (load: Load) => Promise<void>): Promise<void> {
    const load = await Load.start(shop);
    await load.sells(50);
    await work(load);
    await load.sells(50);
    await load.end();
  }

  const adjust = (itemId: string, quantity: number) =>
    shop.admin<{ code?: string }>('POST', `/v1/admin/items/${itemId}/stock-adjustments`, {
      quantity,
      reason: 'counted anew',
    });

  const buy = (saleId: string, itemId: string, fields: object = {}) =>
    Promise.all(crowd.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }], randomUUID(), fields)));

  async function expectReserved(saleId: string, units: number): Promise<void> {
    const { balanced, items } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.reserved, items[0]?.ordersReserved]).toEqual([true, units, units]);
  }

  test('adjustment below the reserved', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(40);
      const [answers, ...adjustments] = await Promise.all([
        buy(saleId, itemId),
        ...Array.from({ length: 20 }, () => adjust(itemId, -3)),
      ]);
      const taken = 3 * adjustments.filter(({ status }) => status === 201).length;
      const sold = tally(answers)['201'] ?? 0;
      expect(sold + taken).toBeLessThanOrEqual(40);
      expect(40 - sold - taken).toBeLessThan(3); // nothing is left that either could have had
      expect((await adjust(itemId, -(40 - sold - taken) - 1)).body.code).toBe('stock_below_reserved');
      await expectReserved(saleId, sold);
    });
  }, 180_000);

  test('restock after sold out', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(10);
      expect(tally(await buy(saleId, itemId))).toEqual({ 201: 10, sold_out: CROWD - 10 });
      expectStatus(await adjust(itemId, 20), 201);
      expect(tally(await buy(saleId, itemId))).toEqual({ 201: 20, sold_out: CROWD - 20 });
      await expectReserved(saleId, 30);
    });
  }, 180_000);

  test('pause and end in the middle of a burst', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(1_000);
      const change = (body: object) => shop.admin('PATCH', `/v1/admin/sales/${saleId}`, body);
      const bursts = [buy(saleId, itemId)];
      await Promise.race(bursts.map(async (burst) => (await burst)[0]));
      bursts.push(buy(saleId, itemId));
      expectStatus(await change({ paused: true }), 200);
      const paused = await buy(saleId, itemId); // began when the pause had been confirmed
      expectStatus(await change({ paused: false }), 200);
      bursts.push(buy(saleId, itemId));
      expectStatus(await change({ endsAt: new Date(Date.now() - 1_000).toISOString() }), 200);
      const ended = await buy(saleId, itemId);
      expect([tally(paused), tally(ended)]).toEqual([{ sale_paused: CROWD }, { sale_ended: CROWD }]);
      const answers = tally((await Promise.all(bursts)).flat());
      const [sold = 0, ...others] = Object.values(answers);
      expect(
        Object.keys(answers).filter((key) => !['201', 'sale_paused', 'sale_ended'].includes(key)),
      ).toEqual([]);
      expect(sold + others.reduce((sum, count) => sum + count, 0)).toBe(3 * CROWD);
      await expectReserved(saleId, sold);
    });
  }, 180_000);

  test('a price change in flight', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(1_000);
      const price = (amount: number) => ({ amount, currency: 'EUR' });
      const change = (amount: number) =>
        shop.admin('PATCH', `/v1/admin/items/${itemId}`, { price: price(amount) });
      const expected = { expectedTotal: price(10_000) };
      const before = buy(saleId, itemId, expected);
      const open = buy(saleId, itemId);
      expectStatus(await change(12_000), 200);
      const after = tally(await buy(saleId, itemId, expected));
      expect(after).toEqual({ price_changed: CROWD });
      const told = tally(await before);
      expect((told['201'] ?? 0) + (told.price_changed ?? 0)).toBe(CROWD);
      for (const { status, body } of await before)
        if (status === 201) expect(body.total).toEqual(price(10_000));
      for (const { body } of await open) expect([10_000, 12_000]).toContain(body.total.amount);
      await expectReserved(saleId, (told['201'] ?? 0) + CROWD);
    });
  }, 180_000);
});
