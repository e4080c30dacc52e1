import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Shop } from '../support/shop.js';

/** After each of these the record is wrong in one way, and the checks named are the ones that must say so. */
const WRONGS: [string, string, string[]][] = [
  [
    'more is reserved than is there',
    `ALTER TABLE stock_level DROP CONSTRAINT stock_level_reserved_within_on_hand;
     UPDATE stock_level SET reserved = 99 WHERE item_id = $item`,
    ['no_oversell', 'ledger_reserved', 'orders_reserved'],
  ],
  [
    'stock appears without a movement',
    'UPDATE stock_level SET on_hand = 11 WHERE item_id = $item',
    ['ledger_on_hand'],
  ],
  [
    'stock is reserved without a movement',
    'UPDATE stock_level SET reserved = 4 WHERE item_id = $item',
    ['ledger_reserved', 'orders_reserved'],
  ],
  [
    'orders hold more than there is',
    'UPDATE order_line SET quantity = 20 WHERE item_id = $item',
    ['orders_within_stock', 'orders_reserved', 'movement_per_change', 'allotment', 'purchase_limit'],
  ],
  [
    'an order is sold and its stock is not',
    `UPDATE customer_order SET stock_state = 'sold' WHERE sale_id = $sale`,
    ['orders_reserved', 'orders_sold', 'movement_per_change'],
  ],
  [
    'a movement is missing',
    'DELETE FROM stock_movement WHERE item_id = $item AND order_id IS NOT NULL',
    ['ledger_reserved', 'movement_per_change'],
  ],
  ['the sale counts wrong', 'UPDATE sale_item SET held = held + 1 WHERE item_id = $item', ['allotment']],
  [
    'an allotment is passed',
    `ALTER TABLE sale_item DROP CONSTRAINT sale_item_held_within_allotment;
     UPDATE sale_item SET allotment = 1 WHERE item_id = $item`,
    ['allotment'],
  ],
  ['a purchase is lost', 'DELETE FROM purchase WHERE item_id = $item', ['purchase_limit']],
  ['a limit is passed', 'UPDATE sale_item SET purchase_limit = 2 WHERE item_id = $item', ['purchase_limit']],
];

describe('reconciliation', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(async () => {
    await shop.close();
  });

  test.each(WRONGS)('says so when %s', async (_, sql, checks) => {
    const { itemId, saleId } = await shop.offer(10, { purchaseLimit: 5 });
    expect((await (await shop.buyer()).order(saleId, [{ itemId, quantity: 3 }])).status).toBe(201);
    expect((await shop.reconcile(saleId)).balanced).toBe(true);
    await shop.record.query(sql.replaceAll('$item', `'${itemId}'`).replaceAll('$sale', `'${saleId}'`));
    const after = await shop.reconcile(saleId);
    expect(after.balanced).toBe(false);
    expect(after.checks.filter((check) => !check.ok).map((check) => check.name)).toEqual(checks);
  });

  test('does not know a sale that is not there', async () => {
    expect((await shop.admin('GET', `/v1/admin/sales/${randomUUID()}/reconciliation`)).status).toBe(404);
  });
});
