import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { Shop, tally } from '../support/shop.js';

test('SIGTERM answers the orders in flight, closes what is idle, and exits with 0', async () => {
  const shop = await Shop.open();
  const { itemId, saleId } = await shop.offer(50);
  const buyers = await shop.buyers(200);
  const idle = connect(shop.service.port, '127.0.0.1');
  idle.on('error', () => undefined);
  const orders = buyers.map((buyer) => buyer.order(saleId, [{ itemId, quantity: 1 }]));
  await Promise.race(orders);
  const exitCode = await shop.service.stop();
  const answers = (await Promise.allSettled(orders)).flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value] : [],
  );
  idle.destroy();
  expect(exitCode).toBe(0);
  // Connections that had not sent their request yet are refused; whoever was answered was answered the truth.
  const outcomes = tally(answers);
  expect(Object.keys(outcomes).filter((outcome) => outcome !== '201' && outcome !== 'sold_out')).toEqual([]);
  const { rows } = await shop.record.query<{ orders: number }>(
    'SELECT count(*)::integer AS orders FROM customer_order',
  );
  expect(outcomes['201']).toBeLessThanOrEqual(rows[0]?.orders ?? 0);
  await shop.close();
});
