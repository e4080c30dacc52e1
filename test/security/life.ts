import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { LocalService } from '#local';
import { ShopEndpoint } from '../outbox/shop-endpoint.js';
import { Till } from '../payments/till.js';
import { expectStatus } from '../support/shop.js';
import { eventually } from '../support/wait.js';

const OLD_ORDER = '01800000-0000-7000-8000-000000000000'; // of April 2022

/** A shop, its worker and whom it tells, through whatever happens to an item, a sale and its orders. */
export class Life {
  readonly till: Till;
  private readonly endpoint: ShopEndpoint;
  private worker: LocalService | undefined;

  private constructor(till: Till, endpoint: ShopEndpoint) {
    this.till = till;
    this.endpoint = endpoint;
  }

  static async begin(env: Record<string, string> = {}): Promise<Life> {
    return new Life(await Till.open(env), await ShopEndpoint.open());
  }

  /** @param env of the worker */
  async run(env: Record<string, string> = {}): Promise<void> {
    await this.leaveAnOldOrder();
    this.worker = await this.till.shop.startWorker({ ...this.endpoint.env, ...env });
    await this.listen();
    await this.orders();
    await this.administration();
    await eventually(async () => {
      const { body } = await this.till.shop.admin('GET', '/v1/admin/outbox');
      expect(body).toMatchObject({ pending: 0 });
      expect(this.endpoint.heard.length).toBeGreaterThan(0);
    });
    const { rows } = await this.till.shop.record.query('SELECT FROM customer_order WHERE archived');
    expect(rows).toHaveLength(1);
  }

  /** Its processes stop, and have said to PostgreSQL what they did. */
  async stop(): Promise<void> {
    await this.worker?.stop();
    await this.till.shop.service.stop();
  }

  async end(): Promise<void> {
    await this.stop();
    await this.till.close();
    await this.endpoint.close();
  }

  /** For the archive, by a hand that may do it; the rest is done by the service. */
  private async leaveAnOldOrder(): Promise<void> {
    const { record } = this.till.shop;
    const { order } = await this.till.order();
    await record.query(
      `INSERT INTO customer_order SELECT (jsonb_populate_record(o, $2)).* FROM customer_order o WHERE id = $1`,
      [order.id, { id: OLD_ORDER, idempotency_key: 'old', status: 'paid', stock_state: 'sold' }],
    );
    await record.query('SELECT pg_stat_reset()');
  }

  /** Events are kept from when somebody is there to be told. */
  private async listen(): Promise<void> {
    await eventually(async () => {
      const { rows } = await this.till.shop.record.query('SELECT FROM outbox_lease WHERE until > now()');
      expect(rows).toHaveLength(1);
    });
  }

  private async orders(): Promise<void> {
    const { till } = this;
    const terms = { purchaseLimit: 2, allotment: 2 };
    const [paid, cancelled, expiring] = [
      await till.order(1, { terms }),
      await till.order(1, { terms }),
      await till.order(1, { sale: { reservationTtlSeconds: 1 } }),
    ];
    await till.pay(paid.buyer, paid.order.id);
    await till.becomes(paid.buyer, paid.order.id, 'paid');
    const refund = { returnsStock: true, reason: 'a scratch' };
    expectStatus(await till.shop.admin('POST', `/v1/admin/orders/${paid.order.id}/refund`, refund), 200);
    await till.becomes(paid.buyer, paid.order.id, 'refunded');
    const [paymentId] = (await till.read(paid.buyer, paid.order.id)).payments.map(({ id }) => id);
    expectStatus(await till.tell({ type: 'payment.refunded', paymentId, orderId: paid.order.id }), 200);
    const cancellation = `/v1/orders/${cancelled.order.id}/cancellation`;
    expectStatus(await cancelled.buyer.request('POST', cancellation), 200);
    const erasure = `/v1/admin/buyers/${cancelled.buyer.id}/erasure`;
    expectStatus(await till.shop.admin('POST', erasure), 200);
    await till.becomes(expiring.buyer, expiring.order.id, 'expired');
  }

  private async administration(): Promise<void> {
    const { shop } = this.till;
    const { itemId, saleId } = await shop.offer(5);
    const adjustment = { quantity: 1, reason: 'found one' };
    expectStatus(await shop.admin('POST', `/v1/admin/items/${itemId}/stock-adjustments`, adjustment), 201);
    expectStatus(await shop.admin('PATCH', `/v1/admin/items/${itemId}`, { name: 'A better phone' }), 200);
    expectStatus(await shop.admin('PATCH', `/v1/admin/sales/${saleId}`, { paused: true }), 200);
    expectStatus(await shop.admin('GET', '/v1/admin/dead-letters'), 200);
    const lines = [{ sku: randomUUID(), quantity: 1, reason: 'a delivery', reference: randomUUID() }];
    expectStatus(await shop.admin('POST', '/v1/admin/stock-adjustments', { adjustments: lines }), 200);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
    expectStatus(await shop.request('GET', '/health/ready'), 200);
  }
}
