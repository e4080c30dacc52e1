import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectStatus, Shop, tally } from '../support/shop.js';

const EUR = (amount: number) => ({ amount, currency: 'EUR' });
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

interface Sale {
  id: string;
  status: string;
  serverTime: string;
  items: {
    itemId: string;
    price: object;
    available: number;
    availability: string;
    purchaseLimit: number | null;
  }[];
}

describe('the catalogue', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(async () => {
    await shop.close();
  });

  describe('items', () => {
    test('are created, read, changed and listed', async () => {
      const sku = `SKU-${randomUUID()}`;
      const fields = {
        sku,
        name: 'Phone',
        description: 'A phone',
        price: EUR(129_900),
        metadata: { ean: '4006381' },
      };
      const created = await shop.admin<{ id: string }>('POST', '/v1/admin/items', {
        ...fields,
        imageUrl: '/pictures/phone.svg',
        stock: 100,
      });
      expect(created.body).toMatchObject({ ...fields, stock: { onHand: 100, reserved: 0, available: 100 } });
      const path = `/v1/admin/items/${expectStatus(created, 201).body.id}`;
      expect((await shop.admin('GET', path)).body).toEqual(created.body);
      const changed = await shop.admin('PATCH', path, {
        name: 'Phone 2',
        imageUrl: null,
        price: EUR(99_900),
      });
      expect(changed.body).toMatchObject({
        sku,
        name: 'Phone 2',
        imageUrl: null,
        price: EUR(99_900),
        description: 'A phone',
      });
      const { body } = await shop.admin<{ data: { id: string }[] }>('GET', '/v1/admin/items');
      expect(body.data.map((item) => item.id)).toContain(created.body.id);
    });

    test('keep metadata as it came, and lose it when it is set to null', async () => {
      const metadata = { ean: '4006381', '': 'ü' };
      const id = await shop.createItem(1, { metadata });
      expect((await shop.admin('GET', `/v1/admin/items/${id}`)).body.metadata).toEqual(metadata);
      const changed = await shop.admin('PATCH', `/v1/admin/items/${id}`, { metadata: null });
      expect([changed.status, changed.body.metadata]).toEqual([200, {}]);
    });

    test('have no description and no picture where these are told as null', async () => {
      const nothing = { description: null, imageUrl: null };
      const itemId = await shop.createItem(1, nothing);
      const path = `/v1/admin/items/${itemId}`;
      const bare = { description: '', imageUrl: null };
      expect((await shop.admin('GET', path)).body).toMatchObject(bare);
      await shop.admin('PATCH', path, { description: 'A phone', imageUrl: '/p.svg' });
      expect((await shop.admin('PATCH', path, nothing)).body).toMatchObject(bare);
      expect((await shop.admin('PATCH', path, { name: null })).status).toBe(400);
    });

    test('have a SKU of their own', async () => {
      const sku = `SKU-${randomUUID()}`;
      await shop.createItem(1, { sku });
      const again = { sku, name: 'Another', price: EUR(1), stock: 0 };
      expect(tally([await shop.admin('POST', '/v1/admin/items', again)])).toEqual({ sku_taken: 1 });
    });

    test('are listed page by page, each once', async () => {
      await Promise.all(Array.from({ length: 60 }, () => shop.createItem(0)));
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { body: { data: { id: string }[]; nextCursor: string | null } } = await shop.admin(
          'GET',
          `/v1/admin/items${cursor && `?cursor=${cursor}`}`,
        );
        seen.push(...page.body.data.map((item) => item.id));
        cursor = page.body.nextCursor;
      }
      expect(seen.length).toBeGreaterThanOrEqual(60);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual([...seen].sort().reverse());
    });

    test.each([
      [{ price: { amount: 1, currency: 'eur' } }],
      [{ stock: 1e12 }],
      [{ imageUrl: 'javascript:alert(1)' }],
      [{ imageUrl: '//elsewhere.example/x.svg' }],
      [{ imageUrl: '/\\elsewhere.example' }],
      [{ metadata: { a: 'x'.repeat(5_000) } }],
    ])('refuse %j', async (fields) => {
      const body = { sku: `SKU-${randomUUID()}`, name: 'Phone', price: EUR(1), stock: 1, ...fields };
      expect(tally([await shop.admin('POST', '/v1/admin/items', body)])).toEqual({ validation_failed: 1 });
    });
  });

  describe('stock adjustments', () => {
    const adjust = (itemId: string, quantity: number, key?: string) =>
      shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, { quantity, reason: 'a count' }, key);

    test('change what is on hand and leave a movement each', async () => {
      const { itemId, saleId } = await shop.offer(10);
      expect((await adjust(itemId, 5)).body).toEqual({ onHand: 15, reserved: 0, available: 15 });
      expect((await adjust(itemId, -12)).body).toEqual({ onHand: 3, reserved: 0, available: 3 });
      const { rows } = await shop.record.query(
        'SELECT kind, on_hand_delta, reason FROM stock_movement WHERE item_id = $1 ORDER BY created_at',
        [itemId],
      );
      expect(rows).toEqual([
        { kind: 'receive', on_hand_delta: 10, reason: null },
        { kind: 'adjust', on_hand_delta: 5, reason: 'a count' },
        { kind: 'adjust', on_hand_delta: -12, reason: 'a count' },
      ]);
      expect((await shop.reconcile(saleId)).balanced).toBe(true);
    });

    test('stay above what is reserved', async () => {
      const { itemId, saleId } = await shop.offer(5);
      await (await shop.buyer()).order(saleId, [{ itemId, quantity: 3 }]);
      expect(tally([await adjust(itemId, -3)])).toEqual({ stock_below_reserved: 1 });
      expect((await adjust(itemId, -2)).body).toEqual({ onHand: 3, reserved: 3, available: 0 });
    });

    test('take effect once per key, and refuse it with another body', async () => {
      const itemId = await shop.createItem(1);
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 10 }, () => adjust(itemId, 5, key)));
      expect(tally(answers)).toEqual({ 201: 10 });
      expect(answers.map((answer) => answer.body)).toEqual(
        answers.map(() => ({ onHand: 6, reserved: 0, available: 6 })),
      );
      expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
      expect(tally([await adjust(itemId, 6, key)])).toEqual({ idempotency_key_reused: 1 });
    });

    test('know the item, a quantity that is not zero, and a maximum', async () => {
      const itemId = await shop.createItem(10);
      expect(tally([await adjust(randomUUID(), 1)])).toEqual({ not_found: 1 });
      expect(tally([await adjust(itemId, 0)])).toEqual({ validation_failed: 1 });
      expect(tally([await adjust(itemId, 1_000_000_000)])).toEqual({ validation_failed: 1 });
    });
  });

  describe('sales', () => {
    const readSale = async (id: string) =>
      expectStatus(await shop.request<Sale>('GET', `/v1/sales/${id}`), 200).body;

    test('offer items at their own price or the sale’s, with what is left of stock and allotment', async () => {
      const [a, b, c] = [await shop.createItem(100), await shop.createItem(8), await shop.createItem(100)];
      const saleId = await shop.createSale([
        { itemId: a, price: EUR(9_000), purchaseLimit: 2 },
        { itemId: b },
        { itemId: c, allotment: 0 },
      ]);
      expect((await readSale(saleId)).items).toMatchObject([
        { itemId: a, price: EUR(9_000), available: 100, availability: 'in_stock', purchaseLimit: 2 },
        { itemId: b, price: EUR(10_000), available: 8, availability: 'low_stock', purchaseLimit: null },
        { itemId: c, available: 0, availability: 'sold_out' },
      ]);
    });

    test('go from scheduled to live, paused and ended', async () => {
      const itemId = await shop.createItem(5);
      const saleId = await shop.createSale([{ itemId }], { startsAt: inHours(1), endsAt: inHours(2) });
      const change = (body: object) => shop.admin<Sale>('PATCH', `/v1/admin/sales/${saleId}`, body);
      expect((await readSale(saleId)).status).toBe('scheduled');
      expect((await change({ startsAt: inHours(-1) })).body.status).toBe('live');
      expect((await change({ paused: true })).body.status).toBe('paused');
      expect((await change({ paused: false })).body.status).toBe('live');
      expect(tally([await change({ endsAt: inHours(-2) })])).toEqual({ validation_failed: 1 });
      expect((await change({ endsAt: inHours(-0.5) })).body.status).toBe('ended');
      expect(tally([await shop.admin('PATCH', `/v1/admin/sales/${randomUUID()}`, { name: 'x' })])).toEqual({
        not_found: 1,
      });
    });

    test('are listed newest first, by status', async () => {
      const itemId = await shop.createItem(5);
      const [first, second] = [await shop.createSale([{ itemId }]), await shop.createSale([{ itemId }])];
      const later = await shop.createSale([{ itemId }], { startsAt: inHours(0.5) });
      const ids = async (query: string) =>
        (await shop.request<{ data: Sale[] }>('GET', `/v1/sales${query}`)).body.data.map((sale) => sale.id);
      expect((await ids('')).slice(0, 3)).toEqual([later, second, first]);
      expect((await ids('?status=live')).slice(0, 2)).toEqual([second, first]);
      expect(await ids('?status=scheduled')).toContain(later);
    });

    test('are not sent again while nothing but the time has changed', async () => {
      const { itemId, saleId } = await shop.offer(5);
      const etag = (await shop.request('GET', `/v1/sales/${saleId}`)).headers.get('etag') ?? '';
      const again = () => shop.request('GET', `/v1/sales/${saleId}`, { headers: { 'if-none-match': etag } });
      expect((await again()).status).toBe(304);
      await (await shop.buyer()).order(saleId, [{ itemId, quantity: 1 }]);
      expect((await again()).status).toBe(200);
    });

    test('need items that exist, each once, in one currency, and an end after the start', async () => {
      const [euros, dollars] = [
        await shop.createItem(1),
        await shop.createItem(1, { price: { amount: 1, currency: 'USD' } }),
      ];
      const create = (items: object[], times = { startsAt: inHours(-1), endsAt: inHours(1) }) =>
        shop.admin<{ code: string }>('POST', '/v1/admin/sales', { name: 'Sale', items, ...times });
      const answers = [
        await create([{ itemId: randomUUID() }]),
        await create([]),
        await create([{ itemId: euros }, { itemId: euros }]),
        await create([{ itemId: euros }, { itemId: dollars }]),
        await create([{ itemId: euros, price: { amount: 1, currency: 'USD' } }]),
        await create([{ itemId: euros }], { startsAt: inHours(1), endsAt: inHours(-1) }),
        await create([{ itemId: euros }], { startsAt: 'tomorrow', endsAt: inHours(1) }),
        await create([{ itemId: euros }], { startsAt: '2026-12-01T12:00:00', endsAt: '2026-12-02T12:00:00' }),
        await create([{ itemId: euros }], { startsAt: '2026-W05-1', endsAt: '2026-13-41T99:00:00Z' }),
      ];
      expect(answers.map((answer) => answer.body.code)).toEqual([
        'validation_failed',
        'validation_failed',
        'duplicate_item',
        'currency_mismatch',
        'currency_mismatch',
        'validation_failed',
        'validation_failed',
        'validation_failed',
        'validation_failed',
      ]);
    });

    test('are made once per key', async () => {
      const itemId = await shop.createItem(1);
      const body = { name: 'Once', startsAt: inHours(-1), endsAt: inHours(1), items: [{ itemId }] };
      const key = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => shop.admin<{ id: string }>('POST', '/v1/admin/sales', body, key)),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    });
  });
});
