import { afterEach, describe, expect, test } from '@jest/globals';
import type { GroupServer } from '#local';
import { redisKeyPrefixOf } from '../support/database.js';
import { startRedisCluster, startSentinels, type RedisServers } from '../support/redis-groups.js';
import { Shop, tally, type Buyer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

async function keysOf(servers: readonly GroupServer[], pattern: string): Promise<number> {
  const found = await Promise.all(servers.map(({ client }) => client.keys(pattern)));
  return found.flat().length;
}

/** All of the service's Redis: its locks, its limits, its counters. */
async function serves({ env, primaries }: RedisServers): Promise<void> {
  const shop = await Shop.open({ ...env, RATE_LIMIT_BUYER: '5/1m', RESERVATION_STRATEGY: 'redis-first' });
  const worker = await shop.startWorker(env);
  try {
    const { body } = await shop.request('GET', '/health/ready');
    expect(body).toMatchObject({ status: 'ok', details: { redis: { status: 'up' } } });
    const { itemId, saleId } = await shop.offer(5);
    const buyers = await shop.buyers(8);
    const order = () => Promise.all(buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }])));
    expect(tally(await order())).toEqual({ 201: 5, sold_out: 3 });
    const prefix = redisKeyPrefixOf(shop.databaseUrl);
    expect(await keysOf(await primaries(), `${prefix}{redis-first}:stock:*`)).toBe(1);
    const greedy = buyers[0] as Buyer;
    const answers = await Promise.all(Array.from({ length: 8 }, () => greedy.request('GET', '/v1/orders')));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(4);
    expect(await keysOf(await primaries(), `${prefix}{limit:buyer}:*`)).toBe(8);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  } finally {
    await worker.stop();
    await shop.close();
  }
}

/** Orders go on while the primary that has the locks is replaced, and locks are granted when it is. */
async function outlives({ env, killPrimary }: RedisServers): Promise<void> {
  const shop = await Shop.open(env);
  try {
    const { itemId, saleId } = await shop.offer(20);
    const order = async () => (await (await shop.buyer()).order(saleId, [{ itemId, quantity: 1 }])).status;
    expect(await order()).toBe(201);
    await killPrimary();
    expect(await order()).toBe(201);
    await eventually(
      async () => expect((await shop.request('GET', '/health/ready')).body).toMatchObject({ status: 'ok' }),
      { limitMs: 30_000 },
    );
    expect(await order()).toBe(201);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
  } finally {
    await shop.close();
  }
}

describe('the service on several Redis servers', () => {
  let servers: RedisServers | undefined;
  afterEach(() => servers?.stop());

  test('with Sentinels has its locks, limits and counters on the primary, and follows it', async () => {
    servers = await startSentinels();
    await serves(servers);
    await outlives(servers);
  }, 120_000);

  test('of a Cluster has its locks, limits and counters on the nodes of their slots, and outlives one', async () => {
    servers = await startRedisCluster();
    await serves(servers);
    await outlives(servers);
  }, 120_000);
});
