import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Shop, tally, type Answer, type OrderBody } from '../support/shop.js';

export interface SuiteOptions {
  /** Changes the database's URL as the service sees it. */
  readonly through?: (url: string) => string;
  /** How many want the hundred units at once. Default: a thousand. */
  readonly crowd?: number;
}

/** What must hold whatever takes the stock, and whatever stands before it. Run with Redis and without. */
export function correctnessSuite(
  title: string,
  environment: () => Record<string, string>,
  { through, crowd = 1_000 }: SuiteOptions = {},
): void {
  describe(title, () => {
    let shop: Shop;

    beforeAll(async () => {
      shop = await Shop.open(environment(), through);
    }, 60_000);

    afterAll(async () => {
      await shop.close();
    });

    const expectBalanced = async (saleId: string) => {
      const { checks } = await shop.reconcile(saleId);
      expect(checks.filter((check) => !check.ok)).toEqual([]);
    };

    test(`sells exactly 100 of 100 to ${crowd} concurrent buyers`, async () => {
      const { itemId, saleId } = await shop.offer(100);
      const buyers = await shop.buyers(crowd);
      const answers = await Promise.all(
        buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])),
      );
      expect(tally(answers)).toEqual({ 201: 100, sold_out: crowd - 100 });
      await expectBalanced(saleId);
      const { items } = await shop.reconcile(saleId);
      expect(items).toMatchObject([{ onHand: 100, reserved: 100, available: 0, ordersReserved: 100 }]);
    }, 60_000);

    test.each([0, 1, 7])('sells exactly %i to 20 buyers', async (stock) => {
      const { itemId, saleId } = await shop.offer(stock);
      const buyers = await shop.buyers(20);
      const answers = await Promise.all(
        buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])),
      );
      expect(answers.filter((answer) => answer.status === 201)).toHaveLength(stock);
      expect(tally(answers).sold_out).toBe(20 - stock);
      await expectBalanced(saleId);
    });

    test('sells what is left to a smaller order after refusing a larger one', async () => {
      const { itemId, saleId } = await shop.offer(5);
      const buyer = await shop.buyer();
      const order = (quantity: number) => buyer.order(saleId, [{ itemId, quantity }]);
      expect(tally([await order(6), await order(3), await order(3), await order(2), await order(1)])).toEqual(
        {
          201: 2,
          sold_out: 3,
        },
      );
      await expectBalanced(saleId);
    });

    test('sells carts of two items requested in opposite orders without a deadlock or a remainder', async () => {
      const [a, b] = [await shop.createItem(100), await shop.createItem(100)];
      const saleId = await shop.createSale([{ itemId: a }, { itemId: b }]);
      const buyers = await shop.buyers(300);
      const answers = await Promise.all(
        buyers.map((buyer, index) => {
          const lines = [
            { itemId: a, quantity: 1 },
            { itemId: b, quantity: 1 },
          ];
          return buyer.order(saleId, index % 2 === 0 ? lines : lines.reverse());
        }),
      );
      expect(tally(answers)).toEqual({ 201: 100, sold_out: 200 });
      const { items } = await shop.reconcile(saleId);
      expect(items.map((item) => item.available)).toEqual([0, 0]);
      await expectBalanced(saleId);
    }, 60_000);

    test('takes all lines of a cart or none', async () => {
      const [plenty, none] = [await shop.createItem(10), await shop.createItem(0)];
      const saleId = await shop.createSale([{ itemId: plenty }, { itemId: none }]);
      const lines = [
        { itemId: plenty, quantity: 2 },
        { itemId: none, quantity: 1 },
      ];
      expect(tally([await (await shop.buyer()).order(saleId, lines)])).toEqual({ sold_out: 1 });
      const { items } = await shop.reconcile(saleId);
      expect(items.map((item) => item.reserved)).toEqual([0, 0]);
    });

    test('answers 50 parallel requests with one key by one order and one body', async () => {
      const { itemId, saleId } = await shop.offer(10);
      const buyer = await shop.buyer();
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => buyer.order(saleId, [{ itemId, quantity: 2 }], key)),
      );
      expect(tally(answers)).toEqual({ 201: 50 });
      expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
      expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
      const { items } = await shop.reconcile(saleId);
      expect(items).toMatchObject([{ reserved: 2 }]);
    });

    test('lets one buyer who races 20 keys against a limit of 3 have exactly 3', async () => {
      const { itemId, saleId } = await shop.offer(100, { purchaseLimit: 3 });
      const buyer = await shop.buyer();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => buyer.order(saleId, [{ itemId, quantity: 1 }])),
      );
      expect(tally(answers)).toEqual({ 201: 3, purchase_limit_reached: 17 });
      await expectBalanced(saleId);
    });

    test('counts a purchase limit in units, for each buyer and sale apart', async () => {
      const itemId = await shop.createItem(100);
      const saleId = await shop.createSale([{ itemId, purchaseLimit: 3 }]);
      const otherSaleId = await shop.createSale([{ itemId, purchaseLimit: 3 }]);
      const [first, second] = [await shop.buyer(), await shop.buyer()];
      const answers = [
        await first.order(saleId, [{ itemId, quantity: 4 }]),
        await first.order(saleId, [{ itemId, quantity: 2 }]),
        await first.order(saleId, [{ itemId, quantity: 2 }]),
        await first.order(otherSaleId, [{ itemId, quantity: 3 }]),
        await second.order(saleId, [{ itemId, quantity: 3 }]),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([409, 201, 409, 201, 201]);
    });

    test('never passes an allotment, while the sales together never pass the stock', async () => {
      const itemId = await shop.createItem(30);
      const small = await shop.createSale([{ itemId, allotment: 10 }]);
      const large = await shop.createSale([{ itemId, allotment: 25 }]);
      const buyers = await shop.buyers(80);
      const answers = await Promise.all(
        buyers.map((buyer, index) => buyer.order(index % 2 === 0 ? small : large, [{ itemId, quantity: 1 }])),
      );
      const soldIn = (saleId: string) =>
        answers.filter((answer) => answer.status === 201 && answer.body.saleId === saleId).length;
      expect(soldIn(small) + soldIn(large)).toBe(30);
      expect(soldIn(small)).toBeLessThanOrEqual(10);
      expect(soldIn(large)).toBeLessThanOrEqual(25);
      await expectBalanced(small);
      await expectBalanced(large);
    });

    test('replays an order after the sale has sold out, been paused and ended', async () => {
      const { itemId, saleId } = await shop.offer(1);
      const buyer = await shop.buyer();
      const key = randomUUID();
      const first = await buyer.order(saleId, [{ itemId, quantity: 1 }], key);
      expect(first.status).toBe(201);
      const expectReplay = async () => {
        const replay = await buyer.order(saleId, [{ itemId, quantity: 1 }], key);
        expect([replay.status, replay.headers.get('idempotency-replayed'), replay.body]).toEqual([
          201,
          'true',
          first.body,
        ]);
      };
      expect(tally([await buyer.order(saleId, [{ itemId, quantity: 1 }])])).toEqual({ sold_out: 1 });
      await expectReplay();
      await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, { paused: true });
      expect(tally([await buyer.order(saleId, [{ itemId, quantity: 1 }])])).toEqual({ sale_paused: 1 });
      await expectReplay();
      await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, {
        endsAt: new Date(Date.now() - 1_000).toISOString(),
      });
      expect(tally([await buyer.order(saleId, [{ itemId, quantity: 1 }])])).toEqual({ sale_ended: 1 });
      await expectReplay();
    });

    test('says where an order is, to a replay as well', async () => {
      const { itemId, saleId } = await shop.offer(2);
      const buyer = await shop.buyer();
      const order = () => buyer.order(saleId, [{ itemId, quantity: 1 }], 'one-key');
      const answers = [await order(), await order()];
      const location = `/v1/orders/${answers[0]?.body.id ?? ''}`;
      expect(answers.map(({ headers }) => headers.get('location'))).toEqual([location, location]);
      expect((await buyer.request('GET', location)).body).toEqual(answers[0]?.body);
    });

    test('sells again once a pause is over, also under a key that heard of it', async () => {
      const { itemId, saleId } = await shop.offer(1);
      const buyer = await shop.buyer();
      const order = () => buyer.order(saleId, [{ itemId, quantity: 1 }], 'one-key');
      await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, { paused: true });
      expect(tally([await order()])).toEqual({ sale_paused: 1 });
      await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, { paused: false });
      expect(tally([await order()])).toEqual({ 201: 1 });
    });

    test('replays whatever the order of the lines, and refuses the key with another body', async () => {
      const [a, b] = [await shop.createItem(10), await shop.createItem(10)];
      const saleId = await shop.createSale([{ itemId: a }, { itemId: b }]);
      const buyer = await shop.buyer();
      const key = randomUUID();
      const lines = [
        { itemId: a, quantity: 1 },
        { itemId: b, quantity: 2 },
      ];
      const first = await buyer.order(saleId, lines, key);
      const replay = await buyer.order(saleId, [...lines].reverse(), key);
      expect([first.status, replay.status, replay.body]).toEqual([201, 201, first.body]);
      const answers: Answer<OrderBody>[] = [
        await buyer.order(saleId, [{ itemId: a, quantity: 1 }], key),
        await buyer.order(saleId, lines, key, { metadata: { gift: 'yes' } }),
      ];
      expect(tally(answers)).toEqual({ idempotency_key_reused: 2 });
    });

    test('accepts an expected total that no single price could be', async () => {
      const itemId = await shop.createItem(5, { price: { amount: 100_000_000_000, currency: 'EUR' } });
      const saleId = await shop.createSale([{ itemId }]);
      const expectedTotal = { amount: 200_000_000_000, currency: 'EUR' };
      const answer = await (
        await shop.buyer()
      ).order(saleId, [{ itemId, quantity: 2 }], 'k', { expectedTotal });
      expect([answer.status, answer.body.total]).toEqual([201, expectedTotal]);
    });

    test('lets two buyers use the same key', async () => {
      const { itemId, saleId } = await shop.offer(2);
      const key = randomUUID();
      const [first, second] = [await shop.buyer(), await shop.buyer()];
      const answers = [
        await first.order(saleId, [{ itemId, quantity: 1 }], key),
        await second.order(saleId, [{ itemId, quantity: 1 }], key),
      ];
      expect(tally(answers)).toEqual({ 201: 2 });
      expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id);
    });

    test('stores nothing under a key that was refused', async () => {
      const { itemId, saleId } = await shop.offer(0);
      const buyer = await shop.buyer();
      const key = randomUUID();
      expect(tally([await buyer.order(saleId, [{ itemId, quantity: 1 }], key)])).toEqual({ sold_out: 1 });
      await shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, {
        quantity: 1,
        reason: 'restock',
      });
      expect((await buyer.order(saleId, [{ itemId, quantity: 1 }], key)).status).toBe(201);
    });

    test('sells a restock at once after it was sold out', async () => {
      const { itemId, saleId } = await shop.offer(1);
      const buyers = await shop.buyers(10);
      const buy = () => Promise.all(buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])));
      expect(tally(await buy())).toEqual({ 201: 1, sold_out: 9 });
      const restock = { quantity: 4, reason: 'second delivery' };
      await shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, restock);
      expect(tally(await buy())).toEqual({ 201: 4, sold_out: 6 });
      await expectBalanced(saleId);
    });

    test('keeps the price of an order when the price changes, and tells a buyer who expected another', async () => {
      const { itemId, saleId } = await shop.offer(10);
      const buyer = await shop.buyer();
      const line = [{ itemId, quantity: 2 }];
      const expected = { expectedTotal: { amount: 20_000, currency: 'EUR' } };
      const before = await buyer.order(saleId, line, randomUUID(), expected);
      expect([before.status, before.body.total]).toEqual([201, { amount: 20_000, currency: 'EUR' }]);
      await shop.admin('PATCH', `/v1/admin/items/${itemId}`, { price: { amount: 12_000, currency: 'EUR' } });
      const read = await buyer.request<OrderBody>('GET', `/v1/orders/${before.body.id}`);
      expect(read.body.total.amount).toBe(20_000);
      expect(tally([await buyer.order(saleId, line, randomUUID(), expected)])).toEqual({ price_changed: 1 });
      expect((await buyer.order(saleId, line)).body.total.amount).toBe(24_000);
    });

    test('refuses an adjustment below what is reserved, also while orders race it', async () => {
      const { itemId, saleId } = await shop.offer(20);
      const buyers = await shop.buyers(30);
      const adjusting = Array.from({ length: 10 }, () =>
        shop.admin<{ code?: string }>('POST', `/v1/admin/items/${itemId}/stock-adjustments`, {
          quantity: -3,
          reason: 'damaged',
        }),
      );
      await Promise.race(adjusting); // or a fast strategy has sold everything before the first arrives
      const answers = await Promise.all(
        buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])),
      );
      const adjustments = await Promise.all(adjusting);
      const taken = 3 * adjustments.filter((answer) => answer.status === 201).length;
      const sold = answers.filter((answer) => answer.status === 201).length;
      expect(sold + taken).toBeLessThanOrEqual(20);
      expect(20 - sold - taken).toBeLessThan(3); // nothing left over that either could have had
      expect(Object.keys(tally(adjustments)).sort()).toEqual(['201', 'stock_below_reserved']);
      await expectBalanced(saleId);
    });
  });
}
