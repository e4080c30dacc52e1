import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Shop, type Answer } from '../support/shop.js';

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

  test('comes as problem+json from the router', async () => {
    expectProblem(await shop.request('GET', '/nowhere'), 404, 'not_found');
    expectProblem(await shop.request('DELETE', '/v1/sales'), 404, 'not_found');
    expectProblem(await shop.request('GET', '/%zz'), 400, 'malformed_request');
    expect(expectProblem(await shop.request('GET', '/v1/sales/7?x=1'), 404, 'not_found').instance).toBe(
      '/v1/sales/7',
    );
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

  test('comes as problem+json from what serves files', async () => {
    const answer = await shop.request('GET', '/', { headers: { range: 'bytes=99999999-' } });
    expectProblem(answer, 400, 'malformed_request');
  });

  test('carries the id of its request, which the caller may choose', async () => {
    const answer = await shop.request('GET', '/nowhere', { headers: { 'x-request-id': 'from-the-edge.7' } });
    expect(answer.headers.get('x-request-id')).toBe('from-the-edge.7');
    expect(answer.body).toMatchObject({ requestId: 'from-the-edge.7' });
    const odd = await shop.request('GET', '/nowhere', { headers: { 'x-request-id': 'x'.repeat(100) } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });
});
