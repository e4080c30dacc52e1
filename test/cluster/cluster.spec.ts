import { execFileSync } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '#platform';
import { createDatabase, testRedisUrl } from '../support/database.js';
import { JournaledCrowd } from '../support/journaled-crowd.js';
import { eventually } from '../support/wait.js';
import { Cluster } from './cluster.js';
import { applyNextMigration } from './next-migration.js';

/** The root of an older version, built: `npm run test:upgrade` names one. */
const PREVIOUS = process.env.TEST_PREVIOUS_VERSION;

describe('three processes of the API behind HAProxy, and two workers', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    const settings = { RATE_LIMIT_IP: '1000000/1h' };
    if (PREVIOUS === undefined) {
      cluster = await Cluster.open({ settings });
      return;
    }
    const database = await createDatabase();
    const program = path.join(PREVIOUS, 'dist', 'apps', 'api', 'migrate.js');
    execFileSync(process.execPath, [program], { env: { ...process.env, DATABASE_URL: database.url } });
    const redis = { REDIS_URL: testRedisUrl() }; // an older version may have other keys than the user of today
    cluster = await Cluster.open({ settings: { ...settings, ...redis }, database, root: PREVIOUS });
  }, 120_000);

  afterAll(() => cluster.close());

  test('count a client by the address that the proxy saw, whatever it says of itself', async () => {
    const remaining = async (localAddress: string, headers: Record<string, string> = {}) => {
      const limits = await rateLimitSeenFrom(localAddress, `${cluster.url}/v1/sales`, headers);
      return /^"address";r=(\d+);/.exec(limits)?.[1];
    };
    expect([
      await remaining('127.0.0.2'),
      await remaining('127.0.0.2', { 'x-forwarded-for': '203.0.113.7' }),
      await remaining('127.0.0.3'),
    ]).toEqual(['999999', '999998', '999999']);
  });

  test('are replaced one by one, on a schema that is a step ahead, while a crowd buys: no order fails', async () => {
    const target = { stock: 100_000, ...(await cluster.shop.offer(100_000)) };
    const buyers = await cluster.shop.buyers(20);
    const crowd = new JournaledCrowd(cluster.url, buyers, { target, pauseMs: 50 });
    await eventually(() => expect(crowd.answered).toBeGreaterThan(100));

    const { databaseUrl } = cluster.shop;
    if (PREVIOUS === undefined) await applyNextMigration(databaseUrl);
    else expect(await migrate(databaseUrl)).not.toEqual([]);
    for (const { url } of [...cluster.replicas('api'), ...cluster.replicas('worker')])
      expect((await fetch(`${url}/health/ready`)).status).toBe(200); // they know less than the schema, and serve
    expect(await cluster.rollOver()).toEqual([0, 0, 0, 0, 0]);

    const verdicts = await crowd.stop(databaseUrl);
    if (PREVIOUS !== undefined) {
      const slowest = Math.round(crowd.slowestMs);
      process.stdout.write(`Upgraded under load: ${crowd.answered} orders, the slowest in ${slowest} ms.\n`);
    }
    expect(crowd.outcomes).toEqual({ 201: crowd.answered });
    expect(verdicts.filter(({ ok }) => ok === false)).toEqual([]);
    expect((await cluster.shop.reconcile(target.saleId)).balanced).toBe(true);
  }, 120_000);

  test('that are all away: the proxy says so in the form of the API, and that the key finds the order', async () => {
    await Promise.all(cluster.replicas('api').map((service) => service.stop()));
    const answer = await fetch(`${cluster.url}/v1/orders?"=1`, { method: 'POST' });
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('retry-after')]).toEqual([
      503,
      'application/problem+json; charset=utf-8',
      '2',
    ]);
    expect(await answer.json()).toMatchObject({
      code: 'outcome_unknown',
      instance: '/v1/orders',
      status: 503,
      retryable: true,
    });
  });
});

function rateLimitSeenFrom(
  localAddress: string,
  url: string,
  headers: Record<string, string>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { localAddress, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(String(answer.headers.ratelimit));
    });
    request.once('error', reject);
  });
}
