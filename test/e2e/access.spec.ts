import { createSigner } from 'fast-jwt';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JWT_SECRET, Shop } from '../support/shop.js';

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}

const PUBLIC = [
  'POST /v1/auth/guest',
  'GET /v1/sales',
  'GET /v1/sales/{saleId}',
  'GET /v1/sales/{saleId}/stream',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
];

describe('access', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ BUYER_JWT_SECRET: `${JWT_SECRET},the-secret-before-it` });
  }, 60_000);

  afterAll(async () => {
    await shop.close();
  });

  test('is closed on every route of the document but the public ones', async () => {
    const { body } = await shop.request<OpenApi>('GET', '/docs-json');
    const open: string[] = [];
    for (const [path, operations] of Object.entries(body.paths)) {
      for (const method of Object.keys(operations)) {
        const url = path.replace(/\{\w+\}/g, randomUUID());
        const { status } = await shop.request(
          method.toUpperCase(),
          url,
          method === 'get' ? {} : { body: {} },
        );
        if (status !== 401) open.push(`${method.toUpperCase()} ${path}`);
      }
    }
    expect(open.sort()).toEqual([...PUBLIC].sort());
  });

  test('is not had with the other kind of credential', async () => {
    const buyer = await shop.buyer();
    expect((await buyer.request('GET', '/v1/admin/items')).status).toBe(401);
    expect((await shop.admin('GET', '/v1/orders')).status).toBe(401);
    expect((await shop.request('GET', '/v1/admin/items', { headers: { 'x-api-key': 'x' } })).status).toBe(
      401,
    );
  });

  describe('of buyers', () => {
    const claims = (changes: Record<string, unknown> = {}) => ({
      sub: randomUUID(),
      aud: 'holdfast',
      exp: Math.floor(Date.now() / 1000) + 60,
      ...changes,
    });
    const statusWith = async (token: string, scheme = 'Bearer') => {
      const headers = { authorization: `${scheme} ${token}` };
      return (await shop.request('GET', '/v1/orders', { headers })).status;
    };
    const sign = (payload: object, key: string = JWT_SECRET, algorithm: 'HS256' | 'HS512' = 'HS256') =>
      createSigner({ key, algorithm })(payload as Record<string, unknown>);
    const unsigned = (payload: object) =>
      `${[{ alg: 'none', typ: 'JWT' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

    test('needs a token that this shop signed, with the current secret or the previous one', async () => {
      expect(await statusWith(sign(claims()))).toBe(200);
      expect(await statusWith(sign(claims(), 'the-secret-before-it'))).toBe(200);
      expect(await statusWith(sign(claims()), 'bearer')).toBe(200);
      expect(await statusWith(sign(claims(), 'another-secret-altogether'))).toBe(401);
    });

    test.each([
      ['another algorithm', () => sign(claims(), JWT_SECRET, 'HS512')],
      ['no signature', () => unsigned(claims())],
      ['another audience', () => sign(claims({ aud: 'elsewhere' }))],
      ['no audience', () => sign(claims({ aud: undefined }))],
      ['an age that has ended', () => sign(claims({ exp: Math.floor(Date.now() / 1000) - 1 }))],
      ['no end', () => sign(claims({ exp: undefined }))],
      ['a start that has not come', () => sign(claims({ nbf: Math.floor(Date.now() / 1000) + 60 }))],
      ['a subject that is no UUID', () => sign(claims({ sub: 'ann' }))],
      ['nothing in it', () => ''],
      ['two dots', () => 'a.b.c'],
    ])('refuses a token with %s', async (_, token) => {
      expect(await statusWith(token())).toBe(401);
    });

    test('shows a buyer their own orders alone', async () => {
      const { itemId, saleId } = await shop.offer(5);
      const [owner, other] = [await shop.buyer(), await shop.buyer()];
      const { body } = await owner.order(saleId, [{ itemId, quantity: 1 }]);
      expect((await owner.request('GET', `/v1/orders/${body.id}`)).body).toEqual(body);
      expect((await other.request('GET', `/v1/orders/${body.id}`)).status).toBe(404);
      expect((await other.request('GET', '/v1/orders')).body).toEqual({ data: [], nextCursor: null });
    });
  });

  test('has no guests where the shop wants none, and no administrators without a key', async () => {
    const closed = await Shop.open({ GUEST_BUYERS: 'false', ADMIN_API_KEY: '' });
    try {
      expect((await closed.request('POST', '/v1/auth/guest')).status).toBe(404);
      expect((await closed.admin('GET', '/v1/admin/items')).status).toBe(401);
      expect((await closed.request('GET', '/v1/admin/items', { headers: { 'x-api-key': '' } })).status).toBe(
        401,
      );
    } finally {
      await closed.close();
    }
  });
});
