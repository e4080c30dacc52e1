import { afterAll, describe, expect, test } from '@jest/globals';
import { LocalRedisCluster, LocalSentinels, type GroupServer } from '#local';
import { redisKeyPrefixOf } from '../support/database.js';
import { Shop, tally, type Buyer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

const RULES = ['+asking', '+cluster|info', '+cluster|slots', '+readonly', '+readwrite'];

/** As deploy/redis/users.conf has the user of a Cluster. */
async function allowCluster({ client }: GroupServer): Promise<void> {
  await client.call('ACL', 'SETUSER', 'holdfast', ...RULES);
}

async function keysOf(servers: readonly GroupServer[], pattern: string): Promise<number> {
  const found = await Promise.all(servers.map(({ client }) => client.keys(pattern)));
  return found.flat().length;
}

/** All of the service's Redis: its locks, its limits, its counters. */
async function serves(env: Record<string, string>, primaries: () => Promise<GroupServer[]>): Promise<void> {
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
async function outlives(env: Record<string, string>, lose: () => Promise<void>): Promise<void> {
  const shop = await Shop.open(env);
  try {
    const { itemId, saleId } = await shop.offer(20);
    const order = async () => (await (await shop.buyer()).order(saleId, [{ itemId, quantity: 1 }])).status;
    expect(await order()).toBe(201);
    await lose();
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

describe('the service on a Redis with Sentinels', () => {
  let sentinels: LocalSentinels | undefined;
  afterAll(() => sentinels?.stop());

  test('has its locks, limits and counters on the primary, and follows it', async () => {
    sentinels = await LocalSentinels.start();
    const group = sentinels;
    const env = {
      REDIS_URL: 'redis://holdfast:holdfast@nowhere.invalid',
      REDIS_SENTINEL_URLS: group.urls.join(),
      REDIS_SENTINEL_NAME: group.name,
    };
    await serves(env, async () => [await group.primary()]);
    await outlives(env, async () => group.group.kill([await group.primary()]));
  }, 120_000);
});

describe('the service on a Redis Cluster', () => {
  let cluster: LocalRedisCluster | undefined;
  afterAll(() => cluster?.stop());

  test('has its locks, limits and counters on the nodes of their slots, and outlives one', async () => {
    cluster = await LocalRedisCluster.start();
    const nodes = cluster;
    for (const server of nodes.group.servers) await allowCluster(server);
    const [first = '', ...others] = nodes.urls;
    const env = {
      REDIS_URL: first.replace('//', '//holdfast:holdfast@'),
      REDIS_CLUSTER_URLS: others.join(),
    };
    await serves(env, () => nodes.primaries());
    await outlives(env, async () => {
      const slot = await nodes.slotOf('{inventory}');
      await nodes.group.kill([await nodes.primaryOf(slot)]);
    });
  }, 120_000);
});
