import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, startService, type LocalRedis, type LocalService } from '#local';
import { serviceEnvironment, Shop, tally, type Buyer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

const orders = (buyer: Buyer) => buyer.request('GET', '/v1/orders');

async function inTurn<T>(count: number, ask: (index: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask(index));
  return answers;
}

describe('the limit of a buyer', () => {
  const env = { RATE_LIMIT_BUYER: '5/1m' };
  let redis: LocalRedis;
  let shop: Shop;
  let other: LocalService;

  beforeAll(async () => {
    redis = await startRedis();
    shop = await Shop.open({ ...env, REDIS_URL: redis.serviceUrl });
    other = await startService({
      env: serviceEnvironment({ ...env, REDIS_URL: redis.serviceUrl, DATABASE_URL: shop.databaseUrl }),
    });
  }, 60_000);

  afterAll(async () => {
    await other.stop();
    await shop.close();
    await redis.stop();
  });

  test('is counted over all replicas, tells where they stand, and says when to come back', async () => {
    const buyer = await shop.buyer();
    const answers = await inTurn(7, (index) => orders(index % 2 === 0 ? buyer : buyer.at(other.url)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const remaining = answers.map(
      ({ headers }) => /^"buyer";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '')?.[1],
    );
    expect(remaining).toEqual(['4', '3', '2', '1', '0', '0', '0']);
    const [, , , , , refusal] = answers;
    expect(refusal?.body).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(refusal?.headers.get('ratelimit-policy')).toBe('"buyer";q=5;w=60');
    const retryAfter = Number(refusal?.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });

  test('is of that buyer alone: others, the sale page and administrators go on', async () => {
    const { saleId } = await shop.offer(1);
    const [greedy, other] = await shop.buyers(2);
    if (!greedy || !other) throw new Error('unreachable');
    await inTurn(6, () => orders(greedy));
    expect((await orders(greedy)).status).toBe(429);
    expect((await orders(other)).status).toBe(200);
    const pages = await inTurn(10, () => shop.request('GET', `/v1/sales/${saleId}`));
    const items = await inTurn(10, () => shop.admin('GET', '/v1/admin/items'));
    expect(tally([...pages, ...items])).toEqual({ 200: 20 });
  });

  test('an order over it says nothing about earlier attempts: the same key finds its order later', async () => {
    const { saleId, itemId } = await shop.offer(10);
    const buyer = await shop.buyer();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => buyer.order(saleId, [{ itemId, quantity: 1 }], 'one-key')),
    );
    expect(tally(answers)).toEqual({ 201: 5, rate_limited: 5 });
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(1);
  });

  test('while Redis hangs each process counts for itself, and nobody waits long; then it is shared again', async () => {
    const buyer = await shop.buyer();
    const timed = async (at: Buyer) => {
      const startedAt = performance.now();
      const { status } = await orders(at);
      return { status, waited: performance.now() - startedAt };
    };
    redis.pause();
    try {
      const answers = await inTurn(6, () => timed(buyer));
      answers.push(await timed(buyer.at(other.url)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 200]);
      expect(Math.max(...answers.map(({ waited }) => waited))).toBeLessThan(1_000);
    } finally {
      redis.resume();
    }
    await eventually(async () => {
      const next = await shop.buyer();
      await orders(next);
      expect((await orders(next.at(other.url))).headers.get('ratelimit')).toContain('"buyer";r=3');
    });
  });

  test('without Redis each process counts for itself, and nobody waits for it', async () => {
    await redis.kill();
    const buyer = await shop.buyer();
    const asked = await eventually(async () => {
      const startedAt = performance.now();
      const answer = await orders(buyer);
      expect([answer.status, performance.now() - startedAt < 1_000]).toEqual([200, true]);
      return answer;
    });
    expect(asked.headers.get('ratelimit')).toContain('"buyer";r=4');
    const here = await inTurn(5, () => orders(buyer));
    expect(here.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429]);
    expect((await orders(buyer.at(other.url))).status).toBe(200);
    expect((await shop.request<{ status: string }>('GET', '/health/ready')).status).toBe(200);
  });
});

describe('the limit of an address', () => {
  let redis: LocalRedis;
  let shop: Shop; // behind a proxy
  let exposed: LocalService;

  beforeAll(async () => {
    redis = await startRedis();
    const env = { RATE_LIMIT_IP: '5/1m', REDIS_URL: redis.serviceUrl };
    shop = await Shop.open({ ...env, TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' });
    exposed = await startService({ env: serviceEnvironment({ ...env, DATABASE_URL: shop.databaseUrl }) });
  }, 60_000);

  afterAll(async () => {
    await exposed.stop();
    await shop.close();
    await redis.stop();
  });

  const from = (address: string, path = '/v1/sales', headers = {}) =>
    shop.request('GET', path, { headers: { 'x-forwarded-for': address, ...headers } });
  const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status);

  test('counts each client of a trusted proxy by itself, guesses at tokens included', async () => {
    const guesses = await inTurn(6, () => from('192.0.2.1', '/v1/orders', { authorization: 'Bearer guess' }));
    expect(statuses(guesses)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(guesses[5]?.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
    expect((await from('192.0.2.2')).status).toBe(200);
    expect((await from('192.0.2.1, 10.1.2.3')).status).toBe(429); // a second proxy in between
    expect((await from('192.0.2.1, 192.0.2.3')).status).toBe(200); // what a client writes into it is not believed
  });

  test('counts a request however its address is written', async () => {
    const answers = await inTurn(6, () => from('192.0.2.4', '/%761/s%61les'));
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[0]?.headers.get('cache-control')).toBe('no-store');
  });

  test('takes the /64 of IPv6 for one client', async () => {
    const answers = await inTurn(6, (index) => from(`2001:db8:1:2::${index + 1}`));
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await from('2001:db8:1:3::1')).status).toBe(200);
  });

  test('leaves health, metrics and the provider’s webhooks alone', async () => {
    await inTurn(6, () => from('192.0.2.7'));
    expect((await from('192.0.2.7')).status).toBe(429);
    expect((await from('192.0.2.7', '/health/live')).status).toBe(200);
    expect((await from('192.0.2.7', '/metrics')).status).toBe(200);
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    expect((await shop.request('POST', '/v1/webhooks/payments', { headers, body: {} })).status).toBe(401);
  });

  test('believes nobody’s X-Forwarded-For without TRUSTED_PROXIES', async () => {
    const answers = await inTurn(6, async (index) =>
      fetch(`${exposed.url}/v1/sales`, { headers: { 'x-forwarded-for': `198.51.100.${index}` } }),
    );
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 429]);
  });
});
