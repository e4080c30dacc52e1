import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Till } from '../payments/till.js';
import { eventually } from '../support/wait.js';
import { Load, LOAD_ENV } from './load.js';

const ORDERS = 30;

type Placed = Awaited<ReturnType<Till['order']>> & { readonly paymentId: string };

describe('fault: payment', () => {
  let till: Till;

  beforeAll(async () => {
    till = await Till.open(LOAD_ENV);
  }, 180_000);

  afterAll(() => till.close());

  /** Orders with a payment that is pending, while no worker is there to settle it. */
  function paying(outcome?: string): Promise<Placed[]> {
    const one = async () => {
      const placed = await till.order();
      const { body } = await till.pay(placed.buyer, placed.order.id, outcome);
      return { ...placed, paymentId: body.paymentId };
    };
    return Promise.all(Array.from({ length: ORDERS }, one));
  }

  const idsOf = (placed: readonly { order: { id: string } }[]) => placed.map(({ order }) => order.id);
  const sql = (text: string, orders: readonly { order: { id: string } }[]) =>
    till.shop.record.query<Record<string, unknown>>(text, [idsOf(orders)]);

  /** Waits until every order is in one of those states, and holds orders, money and stock against each other. */
  async function moneyAgrees(
    placed: readonly { order: { id: string }; saleId: string }[],
    states: string[],
  ): Promise<void> {
    await eventually(async () => {
      const { rows } = await sql(`SELECT DISTINCT status FROM customer_order WHERE id = ANY ($1)`, placed);
      expect(rows.map(({ status }) => status).filter((status) => !states.includes(String(status)))).toEqual(
        [],
      );
    });
    const { rows } = await sql(
      `SELECT o.status,
              count(c.payment_id) FILTER (WHERE c.status = 'captured')::integer AS captured,
              (SELECT coalesce(sum(on_hand_delta), 0)::integer FROM stock_movement m WHERE m.order_id = o.id) AS moved
       FROM customer_order o LEFT JOIN payment p ON p.order_id = o.id LEFT JOIN sandbox_charge c ON c.payment_id = p.id
       WHERE o.id = ANY ($1) GROUP BY o.id`,
      placed,
    );
    const wrong = rows.filter(({ status, captured, moved }) => {
      const isPaid = status === 'paid';
      return captured !== (isPaid ? 1 : 0) || moved !== (isPaid ? -1 : 0);
    });
    expect([rows.length, wrong]).toEqual([placed.length, []]);
    const books = await Promise.all(
      [...new Set(placed.map(({ saleId }) => saleId))].map((id) => till.shop.reconcile(id)),
    );
    expect(books.filter(({ balanced }) => !balanced)).toEqual([]);
  }

  async function beside(work: () => Promise<void>): Promise<void> {
    const load = await Load.start(till.shop);
    try {
      await work();
    } finally {
      await till.stopWorkers();
    }
    await load.end();
  }

  const startWorkers = () => Promise.all([till.startWorker(), till.startWorker()]);

  test('capture against expiry in the same instant', async () => {
    await beside(async () => {
      const placed = await paying();
      await sql('UPDATE customer_order SET expires_at = now() WHERE id = ANY ($1)', placed);
      await sql('UPDATE payment SET due_at = now() WHERE order_id = ANY ($1)', placed);
      await startWorkers(); // each begins with both
      await moneyAgrees(placed, ['paid']); // what expired first is paid late: its unit is still there
    });
  }, 180_000);

  test('cancel against capture', async () => {
    await beside(async () => {
      await startWorkers();
      const placed = await Promise.all(Array.from({ length: ORDERS }, () => till.order()));
      const answers = await Promise.all(
        placed.flatMap(({ buyer, order }, index) => {
          const cancel = () => buyer.request('POST', `/v1/orders/${order.id}/cancellation`);
          const pay = () => till.pay(buyer, order.id);
          return index % 2 === 0 ? [pay(), cancel()] : [cancel(), pay()];
        }),
      );
      expect(
        answers.map(({ status }) => status).filter((status) => ![200, 202, 409].includes(status)),
      ).toEqual([]);
      await moneyAgrees(placed, ['paid', 'cancelled']);
    });
  }, 180_000);

  test('webhooks doubled, reordered, late, forged', async () => {
    await beside(async () => {
      const placed = await paying();
      const forged = await till.shop.request('POST', '/v1/webhooks/payments', {
        headers: { 'x-webhook-signature': `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` },
        body: {
          eventId: randomUUID(),
          type: 'payment.succeeded',
          paymentId: placed[0]?.paymentId,
          orderId: placed[0]?.order.id,
        },
      });
      expect(forged.status).toBe(401);
      const tellAll = placed.map(async ({ paymentId, order }, index) => {
        const of = { paymentId, orderId: order.id };
        const paid = { type: 'payment.succeeded', eventId: randomUUID(), ...of };
        const failed = { type: 'payment.failed', eventId: randomUUID(), ...of };
        if (index % 3 === 1) await till.tell(failed); // before its capture, which it contradicts
        await Promise.all([till.tell(paid), till.tell(paid), till.tell(paid)]);
        if (index % 3 === 2) await till.tell(failed); // late
      });
      await Promise.all(tellAll);
      await startWorkers(); // they ask the provider, and learn nothing new
      const { rows } = await sql(
        `SELECT o.status, (SELECT count(*)::integer FROM stock_movement m WHERE m.order_id = o.id AND kind = 'sell') AS sold
         FROM customer_order o WHERE id = ANY ($1)`,
        placed,
      );
      expect(rows).toEqual(placed.map(() => ({ status: 'paid', sold: 1 })));
    });
  }, 180_000);

  test('capture times out and then succeeds', async () => {
    await beside(async () => {
      const placed = await paying('timeout');
      await startWorkers();
      await eventually(async () => {
        for (const { paymentId } of placed)
          expect((await till.chargeOf(paymentId))?.asked).toBeGreaterThanOrEqual(1);
      });
      await sql(`UPDATE payment SET due_at = now() WHERE order_id = ANY ($1) AND status = 'pending'`, placed); // instead of 10 s
      await moneyAgrees(placed, ['paid']);
      for (const { paymentId } of placed) {
        const charge = await till.chargeOf(paymentId);
        expect(charge?.status).toBe('captured');
        expect(charge?.asked).toBeGreaterThanOrEqual(2);
      }
    });
  }, 180_000);
});
