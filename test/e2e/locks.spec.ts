import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, type LocalRedis } from '#local';
import { LockManager } from '#lock';
import { RedisLockProvider } from '#lock/redis';
import { CONSENSUS_STORES } from '../support/consensus-stores.js';
import { redisKeyPrefixOf } from '../support/database.js';
import { Shop, tally } from '../support/shop.js';
import { eventually } from '../support/wait.js';

interface Locks {
  locks: {
    resource: string;
    owner: string;
    fence: string | null;
    acquiredAt: string;
    expiresAt: string;
    waiters: number;
  }[];
  code?: string;
}

interface Health {
  status: string;
  details: Record<string, { status: string; provider?: string; state?: string }>;
}

describe('locks', () => {
  let redis: LocalRedis;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  afterAll(async () => {
    await redis.stop();
  });

  async function open(env: Record<string, string> = {}): Promise<Shop> {
    const shop = await Shop.open({ REDIS_URL: redis.serviceUrl, ...env });
    closers.push(() => shop.close());
    return shop;
  }

  /** Another process of the shop. */
  function another(shop: Shop, owner: string): LockManager {
    const keyPrefix = redisKeyPrefixOf(shop.databaseUrl);
    const locks = new LockManager(new RedisLockProvider({ url: redis.url, keyPrefix }), { owner });
    closers.push(() => locks.close());
    return locks;
  }

  async function sellOut(shop: Shop): Promise<Record<string, number>> {
    const { itemId, saleId } = await shop.offer(5);
    const buyers = await shop.buyers(12);
    const answers = await Promise.all(buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])));
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
    return tally(answers);
  }

  const health = async (shop: Shop) => (await shop.request<Health>('GET', '/health/ready')).body;

  test('that are held are listed for administrators, with holder, fence, times and waiters', async () => {
    const shop = await open();
    expect((await shop.admin<Locks>('GET', '/v1/admin/locks')).body).toEqual({ locks: [] });
    const resource = 'inventory:item:4711:deduct';
    const lock = await another(shop, 'the first').acquire(resource, { leaseMs: 20_000, waitMs: 0 });
    const waiting = another(shop, 'the second').acquire(resource, { leaseMs: 20_000, waitMs: 20_000 });
    await eventually(async () => {
      const { status, body, headers } = await shop.admin<Locks>('GET', '/v1/admin/locks');
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(body).toEqual({
        locks: [
          {
            resource,
            owner: 'the first',
            fence: String(lock.fence),
            acquiredAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
            expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
            waiters: 1,
          },
        ],
      });
      const [held] = body.locks;
      const [acquiredAt, expiresAt] = [held?.acquiredAt ?? '', held?.expiresAt ?? ''];
      expect(Math.abs(Date.now() - Date.parse(acquiredAt))).toBeLessThan(60_000);
      const leftMs = Date.parse(expiresAt) - Date.parse(acquiredAt);
      expect(leftMs).toBeGreaterThan(19_000);
      expect(leftMs).toBeLessThan(45_000);
    });
    await lock.release();
    await (await waiting).release();
    await eventually(async () =>
      expect((await shop.admin<Locks>('GET', '/v1/admin/locks')).body.locks).toEqual([]),
    );
    expect((await shop.request('GET', '/v1/admin/locks')).status).toBe(401);
  });

  test('cannot be listed while their store is away, and again when it is back', async () => {
    const shop = await open();
    await redis.kill();
    const { status, body, headers } = await shop.admin<Locks>('GET', '/v1/admin/locks');
    expect([status, body.code]).toEqual([503, 'dependency_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    redis = await startRedis({ port: redis.port });
    await eventually(async () => expect((await shop.admin('GET', '/v1/admin/locks')).status).toBe(200));
  });

  test.each(['postgres', 'memory'])('of LOCK_PROVIDER=%s sell as well, without Redis', async (provider) => {
    const shop = await open({ LOCK_PROVIDER: provider, REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 });
    const { status, details } = await health(shop);
    expect(status).toBe('ok');
    expect(details).not.toHaveProperty('redis');
    expect(details.locks).toEqual({ status: 'up', provider });
    await eventually(async () =>
      expect((await shop.admin<Locks>('GET', '/v1/admin/locks')).body.locks).toEqual([]),
    );
    const { body: metrics } = await shop.request<string>('GET', '/metrics');
    expect(metrics).toMatch(/holdfast_lock_acquired_total\{class="inventory:item:deduct"\} [1-9]/);
    expect(metrics).toMatch(/holdfast_orders_without_lock_total 0/);
  });

  for (const { provider, variable, isMissing, start } of CONSENSUS_STORES) {
    (isMissing ? test.skip : test)(
      `of LOCK_PROVIDER=${provider} sell as well, and are lost with it alone`,
      async () => {
        const store = await start();
        closers.push(() => store.stop());
        const shop = await open({ LOCK_PROVIDER: provider, [variable]: store.url });
        expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 });
        expect((await health(shop)).details.locks).toEqual({ status: 'up', provider });
        const { body: metrics } = await shop.request<string>('GET', '/metrics');
        expect(metrics).toMatch(/holdfast_lock_acquired_total\{class="inventory:item:deduct"\} [1-9]/);
        expect(metrics).toMatch(/holdfast_orders_without_lock_total 0/);
        await store.kill();
        expect((await health(shop)).details.locks).toEqual({ status: 'degraded', provider });
        expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 });
      },
      60_000,
    );
  }

  test('of LOCK_PROVIDER=redlock sell as well, and are lost with the majority of its nodes alone', async () => {
    const nodes = await Promise.all([startRedis(), startRedis(), startRedis()]);
    closers.push(() => Promise.all(nodes.map((node) => node.stop())));
    const urls = nodes.map(({ serviceUrl }) => serviceUrl).join(',');
    const shop = await open({ LOCK_PROVIDER: 'redlock', REDLOCK_URLS: urls });
    await eventually(async () =>
      // nodes that have just started do not vote yet
      expect((await health(shop)).details.locks).toEqual({ status: 'up', provider: 'redlock' }),
    );
    expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 });
    await nodes[0].kill();
    await eventually(async () => expect((await health(shop)).status).toBe('ok'));
    await nodes[1].kill();
    expect((await health(shop)).details.locks).toEqual({ status: 'degraded', provider: 'redlock' });
    expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 });
  }, 60_000);

  test('of LOCK_FALLBACK=postgres serve while Redis is away, which health and metrics say', async () => {
    const shop = await open({ LOCK_FALLBACK: 'postgres' });
    const before = await health(shop);
    expect(before).toMatchObject({
      status: 'ok',
      details: { redis: { status: 'up' }, locks: { provider: 'redis→postgres', state: 'primary' } },
    });
    await redis.kill();
    expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 }); // under the row lock, until the leases have ended
    await eventually(async () => {
      const { status, details } = await health(shop);
      expect([status, details.redis?.status]).toEqual(['degraded', 'degraded']);
      expect(details.locks?.state).toBe('fallback');
    });
    const count = async () => {
      const { body } = await shop.request<string>('GET', '/metrics');
      const [, without] = /holdfast_orders_without_lock_total (\d+)/.exec(body) ?? [];
      expect(body).toMatch(/holdfast_lock_fallback_total 1/);
      return Number(without);
    };
    const withoutLock = await count();
    expect(await sellOut(shop)).toEqual({ 201: 5, sold_out: 7 });
    expect(await count()).toBe(withoutLock); // with locks again
    redis = await startRedis({ port: redis.port });
    await eventually(async () => expect((await health(shop)).details.locks?.state).toBe('returning'));
  }, 90_000);
});
