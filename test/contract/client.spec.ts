import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AnswerError, createClient, dataOf, type Problem, type SaleView } from '#client';
import { ADMIN_KEY, Shop } from '../support/shop.js';

describe('the typed client', () => {
  let shop: Shop;
  let saleId: string;
  let itemId: string;

  beforeAll(async () => {
    shop = await Shop.open();
    ({ saleId, itemId } = await shop.offer(1));
  }, 60_000);

  afterAll(() => shop.close());

  const client = (access: { token?: string; adminKey?: string; signal?: AbortSignal } = {}) =>
    createClient({ url: shop.service.url, ...access });
  const guest = async () => client({ token: (await dataOf(client().POST('/v1/auth/guest'))).token });

  test('buys as a guest, and hears of a refusal as a problem', async () => {
    const sale: SaleView = await dataOf(client().GET('/v1/sales/{saleId}', { params: { path: { saleId } } }));
    expect(sale.items[0]).toMatchObject({ itemId, available: 1, availability: 'low_stock' });
    const order = { saleId, lines: [{ itemId, quantity: 1 }] };
    const buy = async () => {
      const params = { header: { 'Idempotency-Key': randomUUID() } };
      return (await guest()).POST('/v1/orders', { params, body: order });
    };
    const first = await buy();
    expect(first.response.status).toBe(201);
    expect(first.data?.total.amount).toBe(10_000);
    const second = await buy();
    const problem: Problem | undefined = second.error;
    expect(problem).toMatchObject({ code: 'sold_out', status: 409, retryable: false });
  });

  test('throws what is not a success where only the data is wanted', async () => {
    const params = { path: { saleId: randomUUID() } };
    const refused = dataOf(client().GET('/v1/sales/{saleId}', { params }));
    await expect(refused).rejects.toMatchObject({
      name: 'AnswerError',
      status: 404,
      problem: { code: 'not_found' },
      message: '404 not_found: There is no such sale.',
    });
  });

  test('says who asks, and as whom', async () => {
    const asked = async (access: { token?: string; adminKey?: string }) =>
      (await client(access).GET('/v1/admin/items')).response.status;
    expect(await asked({ adminKey: ADMIN_KEY })).toBe(200);
    expect(await asked({ token: (await shop.buyer()).token })).toBe(401);
    expect(await asked({})).toBe(401);
  });

  test('ends what is under way with its signal', async () => {
    const signal = AbortSignal.abort(new Error('the page was left'));
    await expect(client({ signal }).GET('/v1/sales')).rejects.toThrow('the page was left');
  });

  test('tells an answer that is not of the service from one that is', async () => {
    const fetch = () => Promise.resolve(new Response('<h1>Bad Gateway</h1>', { status: 502 }));
    const failed = dataOf(createClient({ url: shop.service.url, fetch }).GET('/v1/sales'));
    await expect(failed).rejects.toEqual(new AnswerError(502, undefined));
  });
});
