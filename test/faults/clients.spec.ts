import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPTIONS } from '../support/full-size.js';
import { PostgresRequests } from '../support/postgres-requests.js';
import { Shop, tally } from '../support/shop.js';
import { TcpProxy, type Moment } from '../support/tcp-proxy.js';
import { Load, LOAD_ENV } from './load.js';
import { COMMIT } from './replicas.js';

describe('fault: clients', () => {
  let proxy: TcpProxy;
  let shop: Shop;

  beforeAll(async () => {
    proxy = await TcpProxy.start(
      Number(new URL(process.env.TEST_POSTGRES_URL ?? '').port),
      () => new PostgresRequests(),
    );
    shop = await Shop.open(LOAD_ENV, (url) => proxy.through(url));
  }, 180_000);

  afterAll(async () => {
    await shop.close();
    await proxy.close();
  });

  /** What a client of the case does, beside others who only buy. */
  async function beside(work: (load: Load) => Promise<void>): Promise<void> {
    const load = await Load.start(shop);
    await load.sells(50);
    await work(load);
    await load.sells(50);
    await load.end();
  }

  const times = <T>(count: number, work: (number: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, number) => work(number)));

  test('50 parallel requests with one key', async () => {
    await beside(async (load) => {
      const [buyer, key] = [await shop.buyer(), randomUUID()];
      const answers = await times(50, () => load.attempt(buyer, { key, quantity: 2 }));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201)); // one order, by the journal
    });
  }, 180_000);

  test('one key and two bodies', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(10);
      const [buyer, key] = [await shop.buyer(), randomUUID()];
      const answers = await times(20, (n) => buyer.order(saleId, [{ itemId, quantity: 1 + (n % 2) }], key));
      expect(tally(answers)).toEqual({ 201: 10, idempotency_key_reused: 10 });
      const quantity = answers.find(({ status }) => status === 201)?.body.lines[0]?.quantity;
      expect((await shop.reconcile(saleId)).items).toMatchObject([{ reserved: quantity }]);
    });
  }, 180_000);

  test('one buyer and many keys', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(100, { purchaseLimit: 3 });
      const buyer = await shop.buyer();
      const answers = await times(50, () => buyer.order(saleId, [{ itemId, quantity: 1 }]));
      expect(tally(answers)).toEqual({ 201: 3, purchase_limit_reached: 47 });
      expect((await shop.reconcile(saleId)).items).toMatchObject([{ reserved: 3 }]);
    });
  }, 180_000);

  /** Stops the COMMIT of the transaction in which the order with that key is looked up. */
  function stopAtCommitOf(key: string, moment: Moment, action: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      // On the same connection: until the COMMIT that follows nothing else is heard.
      const commits = () => void proxy.stopAt(moment, COMMIT, action).then(resolve, reject);
      proxy.stopAt('sent', key, commits).catch(reject);
    });
  }

  test.each([
    ['disconnect before commit', 'before'],
    ['disconnect after commit', 'answered'],
  ] as const)(
    '%s',
    async (_, moment) => {
      await beside(async (load) => {
        const [buyer, key] = [await shop.buyer(), randomUUID()];
        const gone = new AbortController();
        const stopped = stopAtCommitOf(key, moment, () => gone.abort());
        const { status } = await load.attempt(buyer, { key, quantity: 1 }, gone.signal);
        await stopped;
        const again = await load.attempt(buyer, { key, quantity: 1 });
        expect([status, again.status]).toEqual([0, 201]); // one order, by the journal
      });
    },
    60_000,
  );

  test('a body sent a byte a second', async () => {
    await beside(async () => {
      const { itemId, saleId } = await shop.offer(10);
      const buyer = await shop.buyer();
      const body = JSON.stringify({ saleId, lines: [{ itemId, quantity: 1 }] });
      const send = (key: string, bytes: number) =>
        drip({ token: buyer.token, key, body, port: shop.service.port, bytes });
      const slow = send(randomUUID(), 2);
      const tooSlow = OPTIONS.full ? send(randomUUID(), body.length) : undefined;
      expect(await slow).toMatch(/^HTTP\/1.1 201 /);
      if (tooSlow) expect(await tooSlow).toMatch(/^HTTP\/1.1 408 /);
    });
  }, 180_000);

  /** Sends an order, the last bytes of its body one a second. @returns the answer */
  function drip(order: {
    token: string;
    key: string;
    body: string;
    port: number;
    bytes: number;
  }): Promise<string> {
    const { token, key, body, port, bytes } = order;
    const head = [
      'POST /v1/orders HTTP/1.1',
      'Host: shop',
      'Connection: close',
      'Content-Type: application/json',
      `Authorization: Bearer ${token}`,
      `Idempotency-Key: ${key}`,
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      let sent = body.length - bytes;
      socket.write(`${head}\r\n\r\n${body.slice(0, sent)}`);
      const timer = setInterval(() => {
        if (sent < body.length) socket.write(body.charAt(sent++));
      }, 1_000);
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('close', () => {
        clearInterval(timer);
        resolve(answer);
      });
      socket.on('error', reject);
    });
  }
});
