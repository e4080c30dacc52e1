import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { unsoldOrders } from '#orders';
import { removeSome } from '#platform';
import { GuardBench, request } from './bench.js';

const OLD = '01800000-0000-7000-8000-00000000000'; // of April 2022

describe('the retention removes no order whose movements do not cancel each other out', () => {
  let bench: GuardBench;

  beforeAll(async () => {
    bench = await GuardBench.open();
  }, 60_000);

  afterAll(() => bench.close());

  /** Somebody at the console ended an order, and forgot its stock. */
  async function removeForgotten(orderId: string, mutate = (text: string) => text) {
    const offer = await bench.offer(5);
    await bench.place({ ...request(offer), orderId });
    await bench.sql.query(`UPDATE customer_order SET status = 'expired' WHERE id = $1`, [orderId]);
    const { statement, ...retention } = unsoldOrders(90);
    const mutated = { name: `${statement.name} ${orderId}`, text: mutate(statement.text) };
    const removed = await removeSome(bench.database, { ...retention, statement: mutated });
    const { rows } = await bench.sql.query<{ reserved: number; ledger: number }>(
      `SELECT reserved, (SELECT coalesce(sum(reserved_delta), 0)::integer FROM stock_movement WHERE item_id = $1) AS ledger
       FROM stock_level WHERE item_id = $1`,
      [offer.itemId],
    );
    return { removed, ...rows[0] };
  }

  test('so that the ledger still explains what is reserved', async () => {
    expect(await removeForgotten(`${OLD}1`)).toEqual({ removed: 0, reserved: 1, ledger: 1 });
  });

  test('without that condition the ledger does not', async () => {
    const careless = (text: string) => text.replace(/HAVING sum.*\)/, 'HAVING false)');
    expect(await removeForgotten(`${OLD}2`, careless)).toEqual({ removed: 2, reserved: 1, ledger: 0 });
  });
});
