import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testPostgresUrl } from '../support/database.js';
import { PostgresRequests } from '../support/postgres-requests.js';
import { Shop, tally } from '../support/shop.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';
import { COMMIT } from './replicas.js';

describe('when the connection is lost during COMMIT', () => {
  let proxy: TcpProxy;
  let shop: Shop;

  beforeAll(async () => {
    const port = Number(new URL(testPostgresUrl()).port);
    proxy = await TcpProxy.start(port, () => new PostgresRequests());
    shop = await Shop.open({ ORDER_DEADLINE_MS: '2000' }, (url) => proxy.through(url));
  }, 180_000);

  afterAll(async () => {
    await shop.close();
    await proxy.close();
  });

  test.each([
    ['was written', true],
    ['was not written', false],
  ])('and it %s, the buyer gets the order, once', async (_, reaches) => {
    const { itemId, saleId } = await shop.offer(5);
    const buyer = await shop.buyer();
    const key = randomUUID();
    proxy.loseAnswerTo(COMMIT, { reaches });
    const answer = await buyer.order(saleId, [{ itemId, quantity: 2 }], key);
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect((await buyer.order(saleId, [{ itemId, quantity: 2 }], key)).body).toEqual(answer.body);
    const { items, balanced } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.reserved]).toEqual([true, 2]);
  });

  test('and the database stays away, the outcome is unknown until the same key asks again', async () => {
    const { itemId, saleId } = await shop.offer(5);
    const buyer = await shop.buyer();
    const key = randomUUID();
    const order = () => buyer.order(saleId, [{ itemId, quantity: 2 }], key);
    expect((await buyer.order(saleId, [{ itemId, quantity: 1 }])).status).toBe(201); // the gate knows the item
    proxy.loseAnswerTo(COMMIT, { reaches: true, thenRefuses: true });
    expect(tally([await order()])).toEqual({ outcome_unknown: 1 });
    proxy.restore();
    const found = await eventually(async () => {
      const answer = await order();
      expect(answer.status).toBe(201);
      return answer;
    });
    expect(found.headers.get('idempotency-replayed')).toBe('true');
    const { items, balanced } = await shop.reconcile(saleId);
    expect([balanced, items[0]?.reserved]).toEqual([true, 3]);
  });

  test('and when it only falls silent, every request still ends', async () => {
    const { itemId, saleId } = await shop.offer(1);
    const buyers = await shop.buyers(3);
    const order = (index: number) => buyers[index]?.order(saleId, [{ itemId, quantity: 1 }]);
    expect([(await order(0))?.status, (await order(1))?.body.code]).toEqual([201, 'sold_out']);
    proxy.delayReplies(60_000);
    const answers = await Promise.all([
      order(1), // believed sold out: a look
      order(2),
      shop.request('GET', `/v1/sales/${saleId}`),
      shop.request('GET', '/health/ready'),
      shop.admin('GET', '/v1/admin/items'),
    ]);
    expect(answers.map((answer) => answer?.status)).toEqual([503, 503, 503, 503, 503]);
    proxy.delayReplies(0);
    await eventually(async () => expect((await order(2))?.body.code).toBe('sold_out'));
  });
});
