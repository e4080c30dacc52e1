import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN_KEY, Shop, type Answer } from '../support/shop.js';

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance: string;
  retryable: boolean;
  errors?: { path: string; message: string }[];
}

describe('every answer that is not a success', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(async () => {
    await shop.close();
  });

  function expectProblem(answer: Answer<unknown>, status: number, code: string): Problem {
    const problem = answer.body as Problem;
    expect([answer.status, problem.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(problem).toMatchObject({
      status,
      type: `urn:holdfast:problem:${code}`,
      requestId: answer.headers.get('x-request-id'),
    });
    expect(typeof problem.retryable).toBe('boolean');
    expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|SELECT|INSERT|at \w+ \(/);
    return problem;
  }

  const raw = (body: string, contentType = 'application/json', path = '/v1/admin/items') =>
    fetch(`${shop.service.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': contentType, 'x-api-key': ADMIN_KEY },
      body,
    }).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    }));

  test('comes as problem+json from the router', async () => {
    expectProblem(await shop.request('GET', '/nowhere'), 404, 'not_found');
    expectProblem(await shop.request('DELETE', '/v1/sales'), 404, 'not_found');
    expectProblem(await shop.request('GET', '/%zz'), 400, 'malformed_request');
    expect(expectProblem(await shop.request('GET', '/v1/sales/7?x=1'), 404, 'not_found').instance).toBe(
      '/v1/sales/7',
    );
  });

  test('comes as problem+json from the body parser', async () => {
    expectProblem(await raw('{"sku":'), 400, 'malformed_json');
    expectProblem(await raw('{"__proto__":{"admin":true}}'), 400, 'malformed_json');
    expectProblem(await raw('sku=1', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type');
    expectProblem(await raw('{}', 'text/plain'), 415, 'unsupported_media_type');
    expectProblem(await raw(JSON.stringify({ name: 'x'.repeat(300_000) })), 413, 'body_too_large');
  });

  test.each([
    ['an empty body', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '5'],
    ['a text', '"x"'],
  ])('comes as problem+json from the validation of %s', async (_, body) => {
    expectProblem(await raw(body), 400, 'validation_failed');
  });

  test('names each wrong field of a body once, and converts nothing', async () => {
    const buyer = await shop.buyer();
    const line = { itemId: 'x', quantity: '1' };
    const answer = await buyer.request('POST', '/v1/orders', {
      headers: { 'idempotency-key': 'k' },
      body: { saleId: true, lines: [line], coupon: 'FREE' },
    });
    const { errors } = expectProblem(answer, 400, 'validation_failed');
    expect(errors?.map((error) => error.path).sort()).toEqual([
      'coupon',
      'lines.0.itemId',
      'lines.0.quantity',
      'saleId',
    ]);
  });

  test.each([0, -1, 1.5, 1_001, 1e21, null, true, '1', ' 5 ', [1], {}])(
    'refuses a quantity of %j',
    async (quantity) => {
      const buyer = await shop.buyer();
      const { itemId, saleId } = await shop.offer(5);
      const lines = [{ itemId, quantity: quantity as number }];
      expectProblem(await buyer.order(saleId, lines), 400, 'validation_failed');
    },
  );

  test('bounds the number of lines, and names an item that comes twice', async () => {
    const buyer = await shop.buyer();
    const { itemId, saleId } = await shop.offer(5);
    const line = { itemId, quantity: 1 };
    expectProblem(await buyer.order(saleId, []), 400, 'validation_failed');
    expectProblem(
      await buyer.order(
        saleId,
        Array.from({ length: 21 }, () => line),
      ),
      400,
      'validation_failed',
    );
    expectProblem(
      await buyer.order(saleId, [line, { itemId: itemId.toUpperCase(), quantity: 1 }]),
      422,
      'duplicate_item',
    );
  });

  test('tells a missing key from one that is not valid', async () => {
    const buyer = await shop.buyer();
    const { itemId, saleId } = await shop.offer(5);
    const order = (headers: Record<string, string>) =>
      buyer.request('POST', '/v1/orders', { headers, body: { saleId, lines: [{ itemId, quantity: 1 }] } });
    expectProblem(await order({}), 400, 'idempotency_key_missing');
    expectProblem(await order({ 'idempotency-key': '' }), 400, 'idempotency_key_invalid');
    expectProblem(await order({ 'idempotency-key': 'two words' }), 400, 'idempotency_key_invalid');
    expectProblem(await order({ 'idempotency-key': 'k'.repeat(256) }), 400, 'idempotency_key_invalid');
    expect((await order({ 'idempotency-key': 'k'.repeat(255) })).status).toBe(201);
  });

  test('tells an unknown sale from an item that is not part of it', async () => {
    const buyer = await shop.buyer();
    const { itemId, saleId } = await shop.offer(5);
    const other = await shop.createItem(5);
    const order = (sale: string, item: string) => buyer.order(sale, [{ itemId: item, quantity: 1 }]);
    expectProblem(await order(itemId, itemId), 404, 'not_found');
    expectProblem(await order(saleId, other), 422, 'item_not_in_sale');
    expectProblem(await order(saleId, saleId), 422, 'item_not_in_sale');
  });

  test('says when a sale starts', async () => {
    const itemId = await shop.createItem(5);
    const startsAt = new Date(Date.now() + 60_000).toISOString();
    const saleId = await shop.createSale([{ itemId }], { startsAt });
    const answer = await (await shop.buyer()).order(saleId, [{ itemId, quantity: 1 }]);
    expect(expectProblem(answer, 409, 'sale_not_started').retryable).toBe(true);
    const retryAfterSec = Number(answer.headers.get('retry-after'));
    expect(retryAfterSec).toBeGreaterThan(30);
    expect(retryAfterSec).toBeLessThanOrEqual(61);
  });

  test('comes as problem+json from the socket', async () => {
    const answer = await exchange('THIS IS NOT HTTP\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/content-type: application\/problem\+json/);
    expect(answer).toMatch(/"code":"malformed_request"/);
  });

  test('comes as problem+json to a body that is sent a byte at a time and never ends', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(shop.service.port, '127.0.0.1');
      let received = '';
      socket.on('data', (data) => (received += data.toString()));
      socket.on('error', reject);
      socket.write(
        'POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n',
      );
      const drip = setInterval(() => socket.write(' '), 200);
      socket.on('close', () => {
        clearInterval(drip);
        resolve(received);
      });
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/"code":"request_timeout"/);
  });

  test('is short, and comes quickly, for a body that is small in bytes and large in work', async () => {
    const many = (value: string, count: number) =>
      `{"saleId":1,"lines":[${Array(count).fill(value).join(',')}]}`;
    const hostile = [
      many('{}', 85_000),
      many('{}', 4_000),
      many('1', 120_000),
      '['.repeat(100_000) + ']'.repeat(100_000),
      '{"lines":' + '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_001),
      `{${Array.from({ length: 9_000 }, (_, index) => `"m${index}":1`).join(',')}}`,
    ];
    const buyer = await shop.buyer();
    for (const body of hostile) {
      const response = await fetch(`${shop.service.url}/v1/orders`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': 'k',
          authorization: `Bearer ${buyer.token}`,
        },
        body,
      });
      expect(response.status).toBe(400);
      expect((await response.text()).length).toBeLessThan(10_000);
    }
  });

  test.each([
    ['a list of lists', { lines: [[{}]] }],
    ['lists in place of an object', { expectedTotal: [{ amount: 1, currency: 'EUR' }] }],
    ['half of a surrogate pair', { metadata: { a: '\ud800' } }],
    ['half of a surrogate pair as a name', { metadata: { '\udc00': 'a' } }],
  ])('refuses %s', async (_, fields) => {
    const buyer = await shop.buyer();
    const { itemId, saleId } = await shop.offer(5);
    const answer = await buyer.order(saleId, [{ itemId, quantity: 1 }], 'k', fields);
    expectProblem(answer, 400, 'validation_failed');
  });

  test('comes as problem+json from what serves files, and for odd requests', async () => {
    expectProblem(
      await shop.request('GET', '/', { headers: { range: 'bytes=99999999-' } }),
      400,
      'malformed_request',
    );
    expectProblem(await shop.request('GET', `/v1/sales/${'x'.repeat(300)}`), 404, 'not_found');
    for (const [head, status] of [
      ['GET /v1/sales HTTP/1.1\r\nConnection: close', 400],
      ['GET /v1/sales HTTP/1.1\r\nHost: x\r\nExpect: banana\r\nConnection: close', 400],
    ] as const) {
      const answer = await exchange(`${head}\r\n\r\n`);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/content-type: application\/problem\+json/i);
    }
  });

  function exchange(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(shop.service.port, '127.0.0.1');
      let received = '';
      socket.on('data', (data) => (received += data.toString()));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
      socket.write(text);
    });
  }

  test('carries the id of its request, which the caller may choose', async () => {
    const answer = await shop.request('GET', '/nowhere', { headers: { 'x-request-id': 'from-the-edge.7' } });
    expect(answer.headers.get('x-request-id')).toBe('from-the-edge.7');
    expect(answer.body).toMatchObject({ requestId: 'from-the-edge.7' });
    const odd = await shop.request('GET', '/nowhere', { headers: { 'x-request-id': 'x'.repeat(100) } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });
});
