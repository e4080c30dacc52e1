import { describe, expect, it } from '@jest/globals';
import { hrefOf, parseRoute } from './route.js';

describe('a route', () => {
  it('names a view, one thing of it, and a question', () => {
    const { view, id, query } = parseRoute('#/orders/7?saleId=noon');
    expect([view, id, query.get('saleId')]).toEqual(['orders', '7', 'noon']);
  });

  it.each(['', '#', '#/', '#/nowhere'])('leads to the overview from "%s"', (hash) => {
    expect(parseRoute(hash)).toMatchObject({ view: 'overview', id: undefined });
  });

  it('is written as it is read, without what is empty', () => {
    expect(hrefOf('orders', undefined, { saleId: 'a b', status: '', buyerId: undefined })).toBe(
      '#/orders?saleId=a+b',
    );
    expect(hrefOf('items', 'new')).toBe('#/items/new');
  });
});
