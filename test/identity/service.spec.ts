import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort, startService } from '#local';
import { cloneDatabase } from '../support/database.js';
import { Buyer, serviceEnvironment, Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { AUDIENCE, IdentityProvider, ISSUER } from './identity-provider.js';

interface Health {
  status: string;
  detail?: string;
  details?: Record<string, { status: string }>;
}

describe('a shop with an identity provider', () => {
  let provider: IdentityProvider;
  let shop: Shop;

  beforeAll(async () => {
    provider = await IdentityProvider.start();
    shop = await Shop.open(settings());
  }, 60_000);

  afterAll(async () => {
    await shop.close();
    await provider.stop();
  });

  const settings = () => ({
    ...{ BUYER_JWKS_URL: provider.url, BUYER_JWT_ISSUER: ISSUER, BUYER_JWT_AUDIENCE: AUDIENCE },
    BUYER_JWT_SECRET: '',
  });
  const customer = async (sub: string) =>
    new Buyer(shop.service.url, sub, await provider.token({ sub }, provider.key('ES256')));

  test('sells to its customers, also while the provider is away', async () => {
    const { itemId, saleId } = await shop.offer(2, { purchaseLimit: 1 });
    const [ann, bob] = [await customer('auth0|ann'), await customer(randomUUID())];
    const lines = [{ itemId, quantity: 1 }];
    const order = await ann.order(saleId, lines);
    expect(order.status).toBe(201);
    await provider.stop();
    try {
      expect((await ann.order(saleId, lines)).body.code).toBe('purchase_limit_reached');
      expect((await bob.order(saleId, lines)).status).toBe(201); // never seen before
      expect((await ann.request('GET', `/v1/orders/${order.body.id}`)).body).toEqual(order.body);
      expect((await bob.request('GET', `/v1/orders/${order.body.id}`)).status).toBe(404);
    } finally {
      await provider.listen();
    }
  });

  test('lets nobody else in, and has no guests without a secret to sign for them', async () => {
    const stranger = new Buyer(shop.service.url, 'x', await provider.token({ iss: 'https://elsewhere' }));
    expect((await stranger.request('GET', '/v1/orders')).status).toBe(401);
    expect((await shop.request('POST', '/v1/auth/guest')).status).toBe(404);
    expect(
      (await shop.admin('POST', '/v1/admin/demo-crowd', { saleId: randomUUID(), buyers: 1 })).status,
    ).toBe(404);
  });

  test('is not ready before it has heard the provider once, and says so', async () => {
    await provider.stop();
    const [database, port] = [await cloneDatabase(), await freePort()];
    const env = { ...serviceEnvironment({ DATABASE_URL: database.url, ...settings() }), PORT: String(port) };
    const starting = startService({ env });
    const ask = (path: string, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
    try {
      await eventually(async () => {
        const response = await ask('/health/ready');
        const { detail } = (await response.json()) as Health;
        expect([response.status, detail]).toEqual([503, expect.stringContaining('BUYER_JWKS_URL')]);
      });
      const authorization = `Bearer ${await provider.token()}`;
      expect((await ask('/v1/orders', { authorization })).status).toBe(503); // not 401: who it is cannot be told
      expect((await ask('/v1/sales')).status).toBe(200);
      await provider.listen();
      await starting;
      expect((await ask('/v1/orders', { authorization })).status).toBe(200);
      expect(((await (await ask('/health/ready')).json()) as Health).details?.identityProvider).toEqual({
        status: 'up',
      });
    } finally {
      await provider.stop();
      await provider.listen();
      await (await starting).stop();
      await database.drop();
    }
  }, 60_000);
});
