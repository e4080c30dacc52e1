import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startService, type LocalService } from '#local';
import { GuardBench, request } from '../guards/bench.js';
import { redisKeyPrefixOf, runtimeUrlOf, serviceRedisUrl } from '../support/database.js';
import { eventually } from '../support/wait.js';

const OLD = '01800000-0000-7000-8000-'; // of April 2022
const ORDERS = 30;

describe('the worker', () => {
  let bench: GuardBench;
  const workers: LocalService[] = [];

  beforeAll(async () => {
    bench = await GuardBench.open();
    const offer = await bench.offer(ORDERS);
    for (let n = 0; n < ORDERS; n += 1) {
      await bench.place({ ...request(offer), orderId: OLD + String(n).padStart(12, '0') });
    }
    const redis = { REDIS_URL: serviceRedisUrl(), REDIS_KEY_PREFIX: redisKeyPrefixOf(bench.url) };
    const env = { DATABASE_URL: runtimeUrlOf(bench.url), ...redis, LOG_LEVEL: 'info' };
    workers.push(...(await Promise.all([1, 2].map(() => startService({ app: 'worker', env })))));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await bench.close();
  });

  const metricsOf = async ({ url }: LocalService) => (await fetch(`${url}/metrics`)).text();

  test('archives what is old, and of two replicas each order is one’s', async () => {
    const count = 'SELECT count(*)::int AS n FROM customer_order WHERE archived';
    await eventually(async () => {
      expect((await bench.sql.query<{ n: number }>(count)).rows).toEqual([{ n: ORDERS }]);
    });
    await eventually(async () => {
      const metrics = await Promise.all(workers.map(metricsOf));
      const counts = metrics.map((text) => Number(/^holdfast_orders_archived_total (\d+)/m.exec(text)?.[1]));
      expect(counts.reduce((sum, each) => sum + each, 0)).toBe(ORDERS);
    });
  });

  test('says that it is ready, and serves nothing but its health and metrics', async () => {
    const [worker] = workers;
    const ready = await fetch(`${worker?.url}/health/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ok' }]);
    expect((await fetch(`${worker?.url}/v1/sales`)).status).toBe(404);
  });

  test('ends with 0 when it is told to stop', async () => {
    expect(await workers.pop()?.stop()).toBe(0);
  });
});
