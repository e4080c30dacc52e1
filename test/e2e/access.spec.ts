import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Shop } from '../support/shop.js';

describe('access', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(async () => {
    await shop.close();
  });

  test('shows a buyer their own orders alone', async () => {
    const { itemId, saleId } = await shop.offer(5);
    const [owner, other] = [await shop.buyer(), await shop.buyer()];
    const { body } = await owner.order(saleId, [{ itemId, quantity: 1 }]);
    expect((await owner.request('GET', `/v1/orders/${body.id}`)).body).toEqual(body);
    expect((await other.request('GET', `/v1/orders/${body.id}`)).status).toBe(404);
    expect((await other.request('GET', '/v1/orders')).body).toEqual({ data: [], nextCursor: null });
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
