import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eraseBuyer } from '#orders';
import type { Transaction } from '#platform';
import { eventually } from '../support/wait.js';
import { GuardBench, request } from './bench.js';

const CLAIM = 'inventory/claim';

/** An order that is written and not yet committed while its buyer is erased: what it counts for must stay with it. */
describe('the erasure of a buyer claims the items of the orders', () => {
  let bench: GuardBench;

  beforeAll(async () => {
    bench = await GuardBench.open();
  }, 60_000);

  afterAll(() => bench.close());

  async function eraseBesideAnOrder({ claims }: { claims: boolean }) {
    const offer = await bench.offer(10, { purchaseLimit: 5 });
    const buyerId = randomUUID();
    const first = { ...request(offer), buyerId };
    await bench.place(first);
    await bench.sql.query(`UPDATE customer_order SET status = 'expired' WHERE id = $1`, [first.orderId]);
    let erasure: Promise<unknown> = Promise.resolve();
    const second = { ...request(offer), buyerId };
    await bench.place(
      second,
      {},
      {
        beforeCommit: async () => {
          erasure = bench.database
            .transaction((transaction) =>
              eraseBuyer(claims ? transaction : withoutClaim(transaction), buyerId),
            )
            .catch((error: unknown) => (error as { code?: string }).code);
          await eventually(async () => {
            const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
            expect((await bench.sql.query(waiting)).rowCount).toBeGreaterThan(0);
          });
        },
      },
    );
    const answer = await erasure;
    const { rows } = await bench.sql.query<{ orders: number; purchased: number }>(
      `SELECT (SELECT count(*)::integer FROM customer_order WHERE buyer_id = $1) AS orders,
              (SELECT coalesce(sum(quantity), 0)::integer FROM purchase WHERE buyer_id = $1) AS purchased`,
      [buyerId],
    );
    return { answer, ...rows[0] };
  }

  test('so that it waits for the order, sees it, and refuses', async () => {
    expect(await eraseBesideAnOrder({ claims: true })).toEqual({
      answer: 'invalid_order_state',
      orders: 2,
      purchased: 2,
    });
  });

  test('without the claim the order keeps its buyer, and its purchase goes to the pseudonym', async () => {
    const { answer, orders } = await eraseBesideAnOrder({ claims: false });
    await eventually(async () => expect(await purchasesOfNobodyKnown()).toBe(2));
    expect([answer, orders]).toEqual([{ pseudonym: expect.anything(), orders: 1 }, 1]);
  });

  async function purchasesOfNobodyKnown(): Promise<number> {
    const { rows } = await bench.sql.query<{ n: number }>(
      'SELECT coalesce(sum(quantity), 0)::integer AS n FROM purchase WHERE buyer_id IN (SELECT pseudonym FROM buyer_erasure)',
    );
    return rows[0]?.n ?? 0;
  }

  function withoutClaim(transaction: Transaction): Transaction {
    return {
      ...transaction,
      query: (statement, values) =>
        typeof statement !== 'string' && statement.name === CLAIM
          ? Promise.resolve([])
          : transaction.query(statement, values),
    };
  }
});
