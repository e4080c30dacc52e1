import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import { check } from '../../load/checker/checker.js';
import { readRecord } from '../../load/checker/database-snapshot.js';
import type { Evidence } from '../../load/checker/evidence.js';
import { History } from '../../load/checker/history.js';
import { readJournal } from '../../load/journal.js';
import { Shop } from '../support/shop.js';
import { attachedTo, runHarness } from './harness.js';

/** Each makes the record lie in one way; `$order` stands for an order of the run, `$item` and `$sale` for what it bought. */
const DOCTORED: [what: string, sql: string, broken: string][] = [
  [
    'an order is deleted',
    `DELETE FROM stock_movement WHERE order_id = $order; DELETE FROM order_line WHERE order_id = $order;
     DELETE FROM customer_order WHERE id = $order`,
    'nothing acknowledged is lost',
  ],
  [
    'an order is doubled under its key',
    `DROP INDEX customer_order_idempotency_recent;
     INSERT INTO customer_order SELECT (jsonb_populate_record(o, '{"id": "$new"}')).* FROM customer_order o WHERE id = $order;
     INSERT INTO order_line SELECT (jsonb_populate_record(l, '{"order_id": "$new"}')).* FROM order_line l WHERE order_id = $order`,
    'once',
  ],
  [
    'an order is added beyond the stock, as a second writer would',
    `INSERT INTO customer_order SELECT (jsonb_populate_record(o, '{"id": "$new", "idempotency_key": "other"}')).*
       FROM customer_order o WHERE id = $order;
     INSERT INTO order_line SELECT (jsonb_populate_record(l, '{"order_id": "$new"}')).* FROM order_line l WHERE order_id = $order`,
    'no oversell',
  ],
  [
    'an order appears that nobody asked for',
    `UPDATE customer_order SET idempotency_key = 'other' WHERE id = $order`,
    'every order was asked for',
  ],
  [
    'a price is changed',
    `UPDATE order_line SET unit_price_amount = 1 WHERE order_id = $order`,
    'nothing acknowledged is lost',
  ],
  [
    'a buyer is changed',
    `UPDATE customer_order SET buyer_id = '$new' WHERE id = $order`,
    'nothing acknowledged is lost',
  ],
  [
    'reserved is lowered',
    `UPDATE stock_level SET reserved = reserved - 1 WHERE item_id = $item`,
    'no undersell',
  ],
  [
    'reserved is raised',
    `UPDATE stock_level SET on_hand = on_hand + 1, reserved = reserved + 1 WHERE item_id = $item`,
    'no leaked reservation',
  ],
  [
    'stock vanishes',
    `UPDATE stock_level SET on_hand = on_hand - 1, reserved = reserved - 1 WHERE item_id = $item`,
    'no oversell',
  ],
  ['a movement is deleted', `DELETE FROM stock_movement WHERE order_id = $order`, 'ledger agrees'],
  [
    'a movement is written twice',
    `DROP INDEX stock_movement_once;
     INSERT INTO stock_movement SELECT (jsonb_populate_record(m, '{"id": "$new"}')).* FROM stock_movement m WHERE order_id = $order`,
    'ledger agrees',
  ],
  [
    'an order is sold without a movement',
    `UPDATE customer_order SET stock_state = 'sold' WHERE id = $order`,
    'ledger agrees',
  ],
  [
    'a purchase is forgotten',
    `DELETE FROM purchase WHERE sale_id = $sale AND buyer_id = $buyer`,
    'purchases agree',
  ],
  [
    'a buyer has more than his limit',
    `UPDATE order_line SET quantity = 5 WHERE order_id = $order`,
    'limits hold',
  ],
  [
    'more is sold than was allotted',
    `ALTER TABLE sale_item DROP CONSTRAINT sale_item_held_within_allotment;
     UPDATE sale_item SET allotment = 3 WHERE sale_id = $sale`,
    'no oversell',
  ],
];

describe('the checker, on a record that was doctored after a clean run', () => {
  let shop: Shop;
  let evidence: Omit<Evidence, 'snapshot'>;

  beforeAll(async () => {
    shop = await Shop.open();
    const run = await runHarness(
      ...attachedTo(shop),
      '--buyers',
      '20',
      '--stock',
      '10',
      '--purchase-limit',
      '1',
    );
    expect(run.exitCode).toBe(0);
    const history = new History();
    for await (const entry of readJournal(path.join(run.folder, 'journal.jsonl'))) history.add(entry);
    const { sale, samples } = run.result();
    const { id: saleId, currency, items } = sale;
    evidence = { history, samples, parameters: { saleId, currency, items, orderDeadlineMs: 10_000 } };
    run.remove();
  });
  afterAll(() => shop.close());

  /** @returns the names of what is broken once `sql` has been done; then it is undone */
  async function brokenAfter(sql: string): Promise<string[]> {
    const client = await shop.record.connect();
    try {
      await client.query('BEGIN');
      await doctor(client, sql);
      const { saleId, items } = evidence.parameters;
      const snapshot = await readRecord(client, { saleId, itemIds: items.map(({ itemId }) => itemId) });
      return check({ ...evidence, snapshot }).flatMap(({ name, ok }) => (ok === false ? [name] : []));
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  async function doctor(client: PoolClient, sql: string): Promise<void> {
    const { saleId } = evidence.parameters;
    const { rows } = await client.query<{ id: string; buyer: string; item: string; fresh: string }>(
      `SELECT o.id, o.buyer_id AS buyer, l.item_id AS item, gen_random_uuid() AS fresh
       FROM customer_order o JOIN order_line l ON l.order_id = o.id WHERE o.sale_id = $1 LIMIT 1`,
      [saleId],
    );
    const [row] = rows;
    if (!row) throw new Error('The run left no order.');
    const values = {
      order: `'${row.id}'`,
      buyer: `'${row.buyer}'`,
      item: `'${row.item}'`,
      sale: `'${saleId}'`,
    };
    const named = Object.entries(values).reduce(
      (text, [name, value]) => text.replaceAll(`$${name}`, value),
      sql,
    );
    await client.query(named.replaceAll('$new', row.fresh));
  }

  it('finds nothing where nothing was touched', async () => {
    expect(await brokenAfter('SELECT')).toEqual([]);
  });

  it.each(DOCTORED)('sees that %s', async (_what, sql, broken) => {
    expect(await brokenAfter(sql)).toContain(broken);
  });
});
