import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgres } from '#local';
import { migrate } from '#platform';
import { Shop, tally, type Buyer } from '../support/shop.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/wait.js';

/** As PostgreSQL's protocol writes it: our statements have the word in their comments. */
const COMMIT = '\u000bCOMMIT\u0000';

describe('when the connection is lost during COMMIT', () => {
  let proxy: TcpProxy;
  let shop: Shop;

  beforeAll(async () => {
    proxy = await TcpProxy.start(Number(new URL(process.env.TEST_POSTGRES_URL ?? '').port));
    shop = await Shop.open({ ORDER_DEADLINE_MS: '2000' }, (url) => {
      const through = new URL(url);
      through.port = String(proxy.port);
      return through.href;
    });
  }, 60_000);

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

describe('when PostgreSQL stops at once and starts again', () => {
  test('what was confirmed is there, what was not says so, and a retry with the same key gives one order', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-fault-'));
    let postgres = await startPostgres({ directory });
    await migrate(postgres.url);
    const shop = await Shop.openOn(postgres.url);
    try {
      const { itemId, saleId } = await shop.offer(500);
      const keyed = (await shop.buyers(100)).map((buyer) => ({ buyer, key: randomUUID() }));
      const send = ({ buyer, key }: { buyer: Buyer; key: string }) =>
        buyer.order(saleId, [{ itemId, quantity: 1 }], key);
      const sent = keyed.map(send);
      await Promise.race(sent);
      await postgres.stopImmediately();
      const answers = await Promise.all(sent);
      const away = await send({ buyer: await shop.buyer(), key: randomUUID() });
      expect(tally([away])).toEqual({ dependency_unavailable: 1 });
      expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await shop.request('GET', '/health/ready')).status).toBe(503);
      expect((await shop.request('GET', '/health/live')).status).toBe(200);
      expect(
        answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 503),
      ).toEqual([]);

      postgres = await startPostgres({ directory, port: postgres.port });
      const again = await Promise.all(
        keyed.map((each) =>
          eventually(async () => {
            const answer = await send(each);
            expect(answer.status).toBe(201);
            return answer;
          }),
        ),
      );
      answers.forEach(({ status, body }, index) => {
        if (status === 201) expect(again[index]?.body).toEqual(body);
      });
      const { items, balanced } = await shop.reconcile(saleId);
      expect([balanced, items[0]?.ordersReserved]).toEqual([true, 100]);
    } finally {
      await shop.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    }
  }, 90_000);
});
