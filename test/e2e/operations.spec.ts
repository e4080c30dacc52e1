import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, type LocalRedis } from '#local';
import { ADMIN_KEY, JWT_SECRET, Shop, tally, type Answer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

interface Health {
  status: string;
  details: Record<string, { status: string }>;
}

describe('operations', () => {
  let shop: Shop;
  let redis: LocalRedis;

  beforeAll(async () => {
    redis = await startRedis();
    shop = await Shop.open({ REDIS_URL: redis.serviceUrl, LOG_LEVEL: 'debug' });
  }, 60_000);

  afterAll(async () => {
    await shop.close();
    await redis.stop();
  });

  test('report a process that is ready, and Redis as degraded when it is away and back', async () => {
    const ready = () => shop.request<Health>('GET', '/health/ready');
    expect((await shop.request('GET', '/health/live')).body).toEqual({ status: 'ok' });
    expect((await ready()).body.details).toMatchObject({
      postgresql: { status: 'up' },
      migrations: { status: 'up' },
      redis: { status: 'up' },
    });
    await redis.kill();
    const without = await ready();
    expect([without.status, without.body.status, without.body.details.redis?.status]).toEqual([
      200,
      'degraded',
      'degraded',
    ]);
    redis = await startRedis({ port: redis.port });
    await eventually(async () => expect((await ready()).body.status).toBe('ok'));
  });

  test('report a process that is not ready while a migration is pending', async () => {
    const ready = () => shop.request('GET', '/health/ready');
    const { rows } = await shop.record.query<{ timestamp: string; name: string }>(
      'DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING timestamp, name',
    );
    expect(await ready()).toMatchObject({ status: 503, body: { code: 'dependency_unavailable' } });
    expect((await shop.request('GET', '/health/live')).status).toBe(200);
    const applied = [rows[0]?.timestamp, rows[0]?.name];
    await shop.record.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', applied);
    expect((await ready()).status).toBe(200);
  });

  test('count requests and orders by class, never by item or buyer', async () => {
    const { itemId, saleId } = await shop.offer(1);
    const buyer = await shop.buyer();
    const order = () => buyer.order(saleId, [{ itemId, quantity: 1 }]);
    expect(tally([await order(), await order()])).toEqual({ 201: 1, sold_out: 1 });
    const { body, headers } = await shop.request<string>('GET', '/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(body).toMatch(/holdfast_orders_total\{strategy="batched",outcome="accepted"\} [1-9]/);
    expect(body).toMatch(/holdfast_orders_total\{strategy="batched",outcome="sold_out"\} [1-9]/);
    expect(body).toMatch(
      /holdfast_http_request_duration_seconds_count\{method="POST",route="\/v1\/orders",status="201"\}/,
    );
    expect(body).toMatch(/holdfast_lock_acquired_total\{class="inventory:item:deduct"\} [1-9]/);
    for (const id of [itemId, saleId, buyer.id]) expect(body).not.toContain(id);
  });

  test('log lines of JSON with the request’s id, and no secret', async () => {
    const buyer = await shop.buyer();
    await buyer.request('GET', '/v1/orders', { headers: { 'x-request-id': 'seen-in-the-log' } });
    await shop.admin('GET', '/v1/admin/items');
    await eventually(() => expect(shop.service.logs().join('\n')).toContain('seen-in-the-log'));
    const lines = shop.service.logs();
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) });
    for (const secret of [ADMIN_KEY, JWT_SECRET, buyer.token]) expect(lines.join('\n')).not.toContain(secret);
  });

  test('serve the storefront, its documentation and the contract', async () => {
    const page = await shop.request<string>('GET', '/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await shop.request<string>('GET', '/docs')).body).toMatch(/swagger/i);
  });
});

describe('a service with CORS_ORIGINS', () => {
  const [listed, unlisted] = ['https://shop.example', 'https://elsewhere.example'];
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ CORS_ORIGINS: `https://another.example,${listed}` });
  }, 60_000);

  afterAll(() => shop.close());

  const allowedOrigin = ({ headers }: Answer) => headers.get('access-control-allow-origin');

  const preflight = (origin: string) =>
    shop.request('OPTIONS', '/v1/orders', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });

  test('lets pages of a listed origin order', async () => {
    const { status, headers } = await preflight(listed);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, listed]);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(headers.get('vary')).toMatch(/origin/i);
  });

  test('lets them read answers and problems, with the headers that they need', async () => {
    for (const path of ['/v1/sales', '/v1/orders', '/nowhere']) {
      const answer = await shop.request('GET', path, { headers: { origin: listed } });
      expect([path, allowedOrigin(answer)]).toEqual([path, listed]);
      expect(answer.headers.get('access-control-expose-headers')).toMatch(
        /Location.*Idempotency-Replayed.*Retry-After.*RateLimit/,
      );
    }
  });

  test('says nothing of the kind to pages of another origin', async () => {
    expect(allowedOrigin(await preflight(unlisted))).toBeNull();
    const headers = { origin: unlisted };
    expect(allowedOrigin(await shop.request('GET', '/v1/sales', { headers }))).toBeNull();
  });
});
