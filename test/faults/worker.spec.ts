import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalService } from '#local';
import { ShopEndpoint } from '../outbox/shop-endpoint.js';
import { Till } from '../payments/till.js';
import { PostgresRequests } from '../support/postgres-requests.js';
import { TcpProxy, type Moment } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';

describe('fault: kill -9 of the worker', () => {
  let till: Till;
  let endpoint: ShopEndpoint;
  let postgres: TcpProxy;

  beforeAll(async () => {
    till = await Till.open(LOAD_ENV);
    endpoint = await ShopEndpoint.open();
    postgres = await TcpProxy.start(
      Number(new URL(till.shop.databaseUrl).port),
      () => new PostgresRequests(),
    );
  }, 180_000);

  afterAll(async () => {
    await till.close();
    await Promise.all([endpoint.close(), postgres.close()]);
  });

  /**
   * Starts a worker that dies where its next request of that text is, and when it has, another one.
   * @param look what is done in between
   */
  async function killOne(moment: Moment, text: string, look?: () => Promise<void>): Promise<LocalService> {
    const env = { DATABASE_URL: postgres.through(till.shop.databaseUrl), ...endpoint.env };
    const victim = till.shop.startWorker(env);
    await postgres.stopAt(moment, text, async (cut) => {
      const worker = await victim;
      const gone = worker.kill();
      cut();
      await gone;
    });
    await look?.();
    return till.startWorker(endpoint.env);
  }

  const units = async (orderIds: readonly string[]) => {
    const sql = `SELECT kind, sum(reserved_delta)::integer AS units FROM stock_movement
                 WHERE order_id = ANY ($1) GROUP BY kind ORDER BY kind`;
    return (await till.shop.record.query(sql, [orderIds])).rows as unknown[];
  };

  async function placeOrders(count: number) {
    return Promise.all(Array.from({ length: count }, () => till.order()));
  }

  test('mid-sweep', async () => {
    const load = await Load.start(till.shop);
    const orderIds = (await placeOrders(30)).map(({ order }) => order.id);
    const end = 'UPDATE customer_order SET expires_at = now() WHERE id = ANY ($1)';
    await till.shop.record.query(end, [orderIds]);
    await killOne('answered', 'inventory/order-stock');
    await eventually(async () =>
      expect(await units(orderIds)).toEqual([
        { kind: 'release', units: -30 },
        { kind: 'reserve', units: 30 },
      ]),
    );
    await till.stopWorkers();
    await load.end();
  }, 180_000);

  test('between publish and mark', async () => {
    await till.shop.record.query(`UPDATE outbox_lease SET until = 'infinity'`); // as if a shop had been told before
    const load = await Load.start(till.shop);
    await load.sells(50);
    endpoint.heard.splice(0); // what other tests told
    const heardOnce = new Set<string>();
    await killOne('before', 'DELETE FROM outbox_event WHERE id = ANY', async () => {
      const heard = endpoint.heard.map(({ id }) => id); // some of them may have been marked before
      const unmarked = 'SELECT id FROM outbox_event WHERE id = ANY ($1)';
      const { rows } = await till.shop.record.query<{ id: string }>(unmarked, [heard]);
      for (const { id } of rows) heardOnce.add(id);
    });
    const { orders } = await load.end();
    const took = 'UPDATE outbox_event SET due_at = clock_timestamp() WHERE due_at IS NOT NULL';
    await till.shop.record.query(took); // instead of the 30 s for which one who took an event has it
    await eventually(async () =>
      expect((await till.shop.record.query('SELECT FROM outbox_event')).rowCount).toBe(0),
    );
    await till.stopWorkers();
    const placed = endpoint.heard.filter(({ type, data }) => {
      return type === 'order.reserved' && data.saleId === load.saleId;
    });
    expect(new Set(placed.map(({ data }) => data.orderId)).size).toBe(orders);
    expect(heardOnce.size).toBeGreaterThan(0);
    for (const id of heardOnce) {
      expect(endpoint.heard.filter((event) => event.id === id).length).toBeGreaterThan(1); // again, under the same id
    }
  }, 180_000);

  test('between capture and record', async () => {
    const load = await Load.start(till.shop);
    const placed = await placeOrders(10);
    for (const { buyer, order } of placed) await till.pay(buyer, order.id);
    await killOne('answered', 'sandbox_charge');
    await till.shop.record.query(`UPDATE payment SET due_at = now() WHERE status = 'pending'`); // instead of 10 s
    for (const { buyer, order } of placed) {
      const { payments } = await till.becomes(buyer, order.id, 'paid');
      expect(payments).toHaveLength(1);
      expect(await till.movementsOf(order.id)).toEqual(['reserve 0 1', 'sell -1 -1']);
    }
    const captured = await till.shop.record.query<{ asked: number }>('SELECT asked FROM sandbox_charge');
    expect(captured.rowCount).toBe(placed.length); // one for each order, whoever asked how often
    expect(captured.rows.some(({ asked }) => asked > 1)).toBe(true);
    await till.stopWorkers();
    await load.end();
  }, 180_000);
});
