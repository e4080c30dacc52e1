import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ReservationEnds } from '#orders';
import { Settlement } from '#payments';
import { Database, Metrics } from '#platform';
import { GuardBench, request } from '../guards/bench.js';
import { asServed } from '../support/database.js';

const ROUNDS = 200;

/** Capture, expiry and cancellation of one order in the same instant: whoever comes first, money and order agree. */
describe('an order that is paid as it ends', () => {
  let bench: GuardBench;
  let database: Database;
  let reservations: ReservationEnds;
  let settlement: Settlement;

  beforeAll(async () => {
    bench = await GuardBench.open();
    database = new Database({ ...asServed(bench.url), poolSize: 6 });
    reservations = new ReservationEnds(database);
    settlement = new Settlement(database, new Metrics());
  });

  afterAll(async () => {
    await database.close();
    await bench.close();
  });

  /** An order whose time is over, with a pending payment, of an item with `spare` units beside its own. */
  async function paying(spare: number) {
    const offer = await bench.offer(1 + spare);
    const order = request(offer);
    await bench.place(order);
    const payment = { id: randomUUID(), orderId: order.orderId };
    await bench.sql.query(
      `INSERT INTO payment (id, order_id, method, status, amount, currency) VALUES ($1, $2, 'sandbox', 'pending', 100, 'EUR')`,
      [payment.id, payment.orderId],
    );
    await bench.sql.query('UPDATE customer_order SET expires_at = now() WHERE id = $1', [order.orderId]);
    return { offer, order, payment };
  }

  async function stateOf(orderId: string): Promise<string> {
    const { rows } = await bench.sql.query<{ state: string }>(
      `SELECT o.status || ', ' || o.stock_state || ', ' || p.status
              || CASE WHEN p.due_at IS NULL THEN '' ELSE ', refund due' END || ': '
              || (SELECT string_agg(kind, ' ' ORDER BY m.id) FROM stock_movement m WHERE m.order_id = o.id) AS state
       FROM customer_order o JOIN payment p ON p.order_id = o.id WHERE o.id = $1`,
      [orderId],
    );
    return rows[0]?.state ?? 'none';
  }

  test('is paid where the capture comes first', async () => {
    const { order, payment } = await paying(0);
    await settlement.record(payment, { kind: 'captured' });
    await reservations.expireSome();
    expect(await stateOf(order.orderId)).toBe('paid, sold, succeeded: reserve sell');
  });

  test('is paid late where it had expired and there is stock', async () => {
    const { order, payment } = await paying(0);
    await reservations.expireSome();
    await settlement.record(payment, { kind: 'captured' });
    expect(await stateOf(order.orderId)).toBe('paid, sold, succeeded: reserve release sell');
  });

  test('is refunded where it had expired and somebody else has the stock', async () => {
    const { offer, order, payment } = await paying(0);
    await reservations.expireSome();
    expect(await bench.place(request(offer))).toMatchObject({ kind: 'accepted' });
    await settlement.record(payment, { kind: 'captured' });
    expect(await stateOf(order.orderId)).toBe(
      'refund_pending, released, succeeded, refund due: reserve release',
    );
  });

  test('cannot be cancelled while it is being paid, and has its money back when it was before', async () => {
    const { order, payment } = await paying(0);
    expect(await reservations.cancel(order.orderId, order.buyerId)).toEqual({ kind: 'payment_in_progress' });
    await settlement.record(payment, { kind: 'declined', failureCode: 'no_answer' });
    expect(await reservations.cancel(order.orderId, order.buyerId)).toEqual({ kind: 'cancelled' });
    await settlement.record(payment, { kind: 'captured' });
    expect(await stateOf(order.orderId)).toBe('paid, sold, succeeded: reserve release sell');
  });

  test(`${ROUNDS} times at once, with others who want the stock: money and order agree`, async () => {
    const ends = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { offer, order, payment } = await paying(0);
      const wish = request(offer);
      const [, , rival] = await Promise.all([
        settlement.record(payment, { kind: 'captured' }),
        reservations.expireSome(),
        round % 2 === 0 ? bench.place(wish) : undefined,
        settlement.record(payment, { kind: 'captured' }),
      ]);
      const state = await stateOf(order.orderId);
      ends.set(state, (ends.get(state) ?? 0) + 1);
      const sold = state.startsWith('paid');
      if (rival?.kind === 'accepted') expect(sold).toBe(false);
      const units = await bench.units(offer.itemId);
      expect(units.onHand).toBe(sold ? 0 : 1);
      expect(units.reserved).toBe(rival?.kind === 'accepted' ? 1 : 0);
    }
    const allowed = [
      'paid, sold, succeeded: reserve sell',
      'paid, sold, succeeded: reserve release sell',
      'refund_pending, released, succeeded, refund due: reserve release',
    ];
    expect([...ends.keys()].filter((state) => !allowed.includes(state))).toEqual([]);
  }, 60_000);
});
