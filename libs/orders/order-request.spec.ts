import { describe, expect, test } from '@jest/globals';
import { OrderRequest } from './order-request.js';

const SALE = '0197a0b0-0000-7000-8000-00000000000a';
const ITEMS = ['0197a0b0-0000-7000-8000-000000000001', '0197a0b0-0000-7000-8000-000000000002'] as const;

type Body = ConstructorParameters<typeof OrderRequest>[2];

const lines = ITEMS.map((itemId, index) => ({ itemId, quantity: index + 1 }));
const requestOf = (body: Partial<Body> = {}) =>
  new OrderRequest('ann', 'key', { saleId: SALE, lines, ...body });

describe('OrderRequest', () => {
  test('keeps its id, by which an order is known again whose COMMIT went unanswered', () => {
    const request = requestOf();
    const { orderId } = request;
    expect(request.orderId).toBe(orderId);
    expect(requestOf().orderId).not.toBe(orderId);
  });

  test('has the hash of what is asked, however it is written', () => {
    const { requestHash } = requestOf();
    expect(requestOf({ saleId: SALE.toUpperCase(), lines: lines.toReversed() }).requestHash).toBe(
      requestHash,
    );
    expect(requestOf({ metadata: {} }).requestHash).toBe(requestHash);
    expect(requestOf({ metadata: { gift: 'yes' } }).requestHash).not.toBe(requestHash);
    expect(requestOf({ lines: lines.slice(1) }).requestHash).not.toBe(requestHash);
  });

  test('refuses an item that is named twice, in whatever case', () => {
    const twice = [ITEMS[0], ITEMS[0].toUpperCase()].map((itemId) => ({ itemId, quantity: 1 }));
    expect(() => requestOf({ lines: twice })).toThrow('Name each item once');
  });
});
