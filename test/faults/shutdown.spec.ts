import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { Shop, tally } from '../support/shop.js';
import { eventually } from '../support/wait.js';

const CROWD = 100;

test('SIGTERM answers every order that was taken in, closes what is idle, and exits with 0', async () => {
  const shop = await Shop.open();
  const { itemId, saleId } = await shop.offer(CROWD);
  const buyers = await shop.buyers(CROWD);
  const idle = connect(shop.service.port, '127.0.0.1');
  idle.on('error', () => undefined);
  const holder = await shop.record.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM stock_level WHERE item_id = $1 FOR UPDATE', [itemId]); // nobody gets through
  const orders = buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]));
  await eventually(async () => {
    const { body } = await shop.request<string>('GET', '/metrics');
    expect(body).toContain(`holdfast_orders_waiting ${CROWD}`);
  });
  const exit = shop.service.stop();
  await holder.query('ROLLBACK');
  holder.release();
  const outcomes = tally(await Promise.all(orders));
  idle.destroy();
  expect([await exit, outcomes]).toEqual([0, { 201: CROWD }]);
  const { rows } = await shop.record.query<{ orders: number }>(
    'SELECT count(*)::integer AS orders FROM customer_order',
  );
  expect(rows).toEqual([{ orders: CROWD }]);
  await shop.close();
}, 60_000);
