import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectStatus, Shop, tally, type Answer } from '../support/shop.js';

interface Adjustment {
  sku: string;
  quantity: number;
  reason: string;
  reference: string;
}

interface Results {
  results: { status: string; code?: string; detail?: string; stock?: { onHand: number } }[];
  code?: string;
}

describe('adjustments in bulk', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(() => shop.close());

  const adjust = (adjustments: unknown, key?: string) =>
    shop.admin<Results>('POST', '/v1/admin/stock-adjustments', { adjustments }, key);
  const of = (sku: string, quantity: number, reference: string = randomUUID()): Adjustment => ({
    ...{ sku, quantity, reference },
    reason: 'a delivery',
  });
  const outcomes = ({ body }: Answer<Results>) =>
    body.results.map(({ status, code, stock }) => `${status} ${code ?? stock?.onHand ?? ''}`);

  async function item(stock: number) {
    const sku = `SKU-${randomUUID()}`;
    const itemId = await shop.createItem(stock, { sku });
    return { sku, itemId, saleId: await shop.createSale([{ itemId }]) };
  }

  test('take effect one by one, or are refused by themselves', async () => {
    const [a, b] = [await item(10), await item(5)];
    await (await shop.buyer()).order(b.saleId, [{ itemId: b.itemId, quantity: 3 }]);
    const answer = expectStatus(
      await adjust([
        of(a.sku, 5),
        of(b.sku, -3),
        of('no-such-sku', 1),
        of(a.sku, -15),
        of(a.sku, -1),
        of(b.sku, -2),
        of(b.sku, 1_000_000_000),
      ]),
      200,
    );
    expect(outcomes(answer)).toEqual([
      'applied 15',
      'refused stock_below_reserved',
      'refused not_found',
      'applied 0',
      'refused stock_below_reserved',
      'applied 3',
      'refused validation_failed',
    ]);
    for (const { saleId } of [a, b]) expect((await shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('take effect once by their reference, whoever sends them how often', async () => {
    const { sku, saleId } = await item(0);
    const adjustments = [of(sku, 5), of(sku, 7)];
    const answers = await Promise.all(Array.from({ length: 8 }, () => adjust(adjustments)));
    expect(tally(answers)).toEqual({ 200: 8 });
    expect(answers.flatMap(outcomes).sort()).toEqual([
      ...Array.from({ length: 14 }, () => 'already_applied 12'),
      'applied 12',
      'applied 5',
    ]);
    const [first] = adjustments;
    expect(outcomes(await adjust([first, { ...first, quantity: 6 }, first]))).toEqual([
      'already_applied 12',
      'refused idempotency_key_reused',
      'already_applied 12',
    ]);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  });

  test('one reference on two items at once takes effect on one of them', async () => {
    const [a, b] = [await item(0), await item(0)];
    for (let round = 0; round < 10; round += 1) {
      const reference = randomUUID();
      const answers = await Promise.all([a, b].map(({ sku }) => adjust([of(sku, 1, reference)])));
      const applied = answers.filter(
        ({ status, body }) => status === 200 && body.results[0]?.status === 'applied',
      );
      expect(applied).toHaveLength(1);
    }
    const levels = await Promise.all([a, b].map(({ saleId }) => shop.reconcile(saleId)));
    expect(levels.every(({ balanced }) => balanced)).toBe(true);
    expect(levels.reduce((sum, { items }) => sum + (items[0]?.onHand ?? 0), 0)).toBe(10);
  });

  test('are answered as the first time under their Idempotency-Key', async () => {
    const { sku } = await item(0);
    const key = randomUUID();
    const adjustments = [of(sku, 1)];
    const [first, again] = [await adjust(adjustments, key), await adjust(adjustments, key)];
    expect(outcomes(again)).toEqual(outcomes(first));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  test('take a thousand lines, and refuse more, none, and what changes nothing', async () => {
    const { sku, saleId } = await item(0);
    const lines = (count: number) => Array.from({ length: count }, () => of(sku, 1));
    expect((await adjust(lines(1_000))).body.results.at(-1)).toMatchObject({ stock: { onHand: 1_000 } });
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
    const line = of(sku, 1);
    for (const wrong of [lines(1_001), [], [{ ...line, quantity: 0 }], [{ ...line, quantity: 1.5 }]]) {
      expect((await adjust(wrong)).body.code).toBe('validation_failed');
    }
  });

  test('restock what was sold out: the next order has it', async () => {
    const { sku, itemId, saleId } = await item(1);
    const buyers = await shop.buyers(3);
    const order = (index: number) => buyers[index]?.order(saleId, [{ itemId, quantity: 1 }]);
    expect((await order(0))?.status).toBe(201);
    expect((await order(1))?.body).toMatchObject({ code: 'sold_out' });
    await adjust([of(sku, 1)]);
    expect((await order(2))?.status).toBe(201);
  });

  test('leave a trail by item: what, why and by which reference, newest first', async () => {
    const { sku, itemId } = await item(3);
    const adjustments = Array.from({ length: 60 }, (_, index) => of(sku, index + 1));
    await adjust(adjustments);
    const page = (query = '') =>
      shop.admin<{
        data: { kind: string; reference: string | null; quantity: number }[];
        nextCursor: string | null;
      }>('GET', `/v1/admin/items/${itemId}/stock-adjustments${query}`);
    const first = (await page()).body;
    const second = (await page(`?cursor=${first.nextCursor ?? ''}`)).body;
    const trail = [...first.data, ...second.data];
    expect(trail.map(({ reference }) => reference)).toEqual([
      ...adjustments.map(({ reference }) => reference).reverse(),
      null,
    ]);
    expect(trail[0]).toMatchObject({ kind: 'adjust', quantity: 60, reason: 'a delivery' });
    expect(trail.at(-1)).toMatchObject({ kind: 'receive', quantity: 3 });
    expect(second.nextCursor).toBeNull();
  });
});
