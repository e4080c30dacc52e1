import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgres, type LocalPostgres } from '#local';
import { migrate } from '#platform';
import { OPTIONS } from '../support/full-size.js';
import { holdStock } from '../support/held-stock.js';
import { PostgresRequests } from '../support/postgres-requests.js';
import { expectStatus, Shop, type OrderBody } from '../support/shop.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';
import { COMMIT } from './replicas.js';

const CONNECTIONS = 2;
const AWAY_MS = OPTIONS.full ? 3_000 : 1_000;
const HELD_MS = OPTIONS.full ? 5_000 : 2_500;
const TIMES = OPTIONS.full ? 20 : 4;

let directory: string;
let postgres: LocalPostgres;
let proxy: TcpProxy;
let shop: Shop;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'holdfast-fault-'));
  postgres = await startPostgres({ directory });
  await migrate(postgres.url);
  proxy = await TcpProxy.start(postgres.port, () => new PostgresRequests());
  const env = { DATABASE_URL: proxy.through(postgres.url), DATABASE_POOL_SIZE: String(CONNECTIONS) };
  shop = await Shop.openOn(postgres.url, { ...LOAD_ENV, ...env });
}, 180_000);

afterAll(async () => {
  await shop.close();
  await proxy.close();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
});

async function survives(fault: (load: Load) => Promise<void>): Promise<void> {
  const load = await Load.start(shop);
  await load.sells(50);
  await fault(load);
  await load.sells(50);
  await load.end();
}

describe('fault: PostgreSQL', () => {
  test('stopped at once, and started again', async () => {
    await survives(async () => {
      const buyer = await shop.buyer();
      const { itemId, saleId } = await shop.offer(1);
      await postgres.stopImmediately();
      const refused = await buyer.order(saleId, [{ itemId, quantity: 1 }]);
      expect([refused.status, refused.body.code]).toEqual([503, 'dependency_unavailable']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await shop.request('GET', '/health/ready')).status).toBe(503);
      expect((await shop.request('GET', '/health/live')).status).toBe(200);
      await sleep(AWAY_MS);
      postgres = await startPostgres({ directory, port: postgres.port });
    });
  }, 180_000);

  test('backend terminated', async () => {
    await survives(async (load) => {
      for (let n = 0; n < TIMES; n += 1) {
        await shop.record.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'holdfast'`,
        );
        await load.sells(20);
      }
    });
  }, 180_000);

  test('connection cut during COMMIT', async () => {
    await survives(async () => {
      for (let n = 0; n < TIMES; n += 1) {
        await proxy.stopAt(n % 2 === 0 ? 'answered' : 'before', COMMIT, (cut) => cut());
      }
    });
  }, 180_000);

  test('pool exhausted', async () => {
    await survives(async () => {
      const { itemId, saleId } = await shop.offer(10);
      const buyer = await shop.buyer();
      const orders: OrderBody[] = [];
      for (let n = 0; n < 2 * CONNECTIONS; n += 1) {
        orders.push(expectStatus(await buyer.order(saleId, [{ itemId, quantity: 1 }]), 201).body);
      }
      const holder = await shop.record.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM customer_order WHERE sale_id = $1 FOR UPDATE', [saleId]);
      const until = performance.now() + HELD_MS;
      // Each of them holds a connection until the lock timeout.
      const pay = async ({ id }: OrderBody) => {
        while (performance.now() < until) {
          const answer = await buyer.request('POST', `/v1/orders/${id}/payments`, {
            body: { method: 'sandbox' },
          });
          expect([503, 202]).toContain(answer.status);
        }
      };
      const paying = Promise.all(orders.map(pay));
      await eventually(async () => {
        const { body } = await shop.request<string>('GET', '/metrics');
        expect(Number(/connections{state="waiting"} (\d+)/.exec(body)?.[1])).toBeGreaterThan(0);
      });
      await paying;
      await holder.query('ROLLBACK');
      holder.release();
    });
  }, 180_000);

  test('lock timeout', async () => {
    await survives(async (load) => {
      const stock = await holdStock(shop.record, load.itemId);
      await sleep(HELD_MS); // more than one lock timeout of a second
      await stock.release();
    });
  }, 180_000);
});
