import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { startService } from '#local';
import { holdStock } from '../support/held-stock.js';
import { serviceEnvironment, Shop, tally, type Buyer } from '../support/shop.js';
import { eventually } from '../support/wait.js';

const buyersOf = async (shop: Shop, count: number) =>
  (await shop.buyers(count)).map((buyer) => ({ buyer, key: randomUUID() }));

test('kill -9 in the middle of a burst: whoever retries with the same key at another replica gets one order', async () => {
  const shop = await Shop.open();
  const other = await startService({ env: serviceEnvironment({ DATABASE_URL: shop.databaseUrl }) });
  try {
    const { itemId, saleId } = await shop.offer(60);
    const crowd = await buyersOf(shop, 150);
    const order = (buyer: Buyer, key: string) => buyer.order(saleId, [{ itemId, quantity: 1 }], key);
    const answered = await Promise.all(crowd.slice(0, 30).map(({ buyer, key }) => order(buyer, key)));
    expect(tally(answered)).toEqual({ 201: 30 });
    const stock = await holdStock(shop.record, itemId);
    const unanswered = Promise.allSettled(crowd.slice(30).map(({ buyer, key }) => order(buyer, key)));
    await stock.waitedFor();
    await shop.service.kill();
    await stock.release();
    expect((await unanswered).every((answer) => answer.status === 'rejected')).toBe(true);

    const again = await Promise.all(
      crowd.map(({ buyer, key }) =>
        eventually(async () => {
          const answer = await order(buyer.at(other.url), key);
          expect([201, 409]).toContain(answer.status);
          return answer;
        }),
      ),
    );
    expect(tally(again)).toEqual({ 201: 60, sold_out: 90 });
    answered.forEach((answer, index) => expect(again[index]?.body).toEqual(answer.body));
    const { rows } = await shop.record.query('SELECT count(*)::integer AS orders FROM customer_order');
    expect(rows).toEqual([{ orders: 60 }]);
  } finally {
    await other.stop();
    await shop.close();
  }
}, 60_000);

test('SIGSTOP beyond the lease: another replica goes on, and nothing is sold twice when the holder wakes', async () => {
  const shop = await Shop.open();
  const other = await startService({ env: serviceEnvironment({ DATABASE_URL: shop.databaseUrl }) });
  try {
    const { itemId, saleId } = await shop.offer(40);
    const [early, late] = [await buyersOf(shop, 50), await buyersOf(shop, 50)];
    const order = (buyer: Buyer, key: string) => buyer.order(saleId, [{ itemId, quantity: 1 }], key);
    const paused = early.map(({ buyer, key }) => order(buyer, key));
    await Promise.race(paused);
    shop.service.pause();
    const meanwhile = await Promise.all(late.map(({ buyer, key }) => order(buyer.at(other.url), key)));
    shop.service.resume();
    const answers = [...(await Promise.all(paused)), ...meanwhile];
    expect(Object.keys(tally(answers)).filter((outcome) => !['201', 'sold_out'].includes(outcome))).toEqual(
      [],
    );
    expect(tally(answers)['201']).toBe(40);
    const { balanced, items } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.reserved]).toEqual([true, 40]);
  } finally {
    await other.stop();
    await shop.close();
  }
}, 60_000);
