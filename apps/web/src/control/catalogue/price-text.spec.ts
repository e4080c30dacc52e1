import { describe, expect, it } from '@jest/globals';
import { priceText, readPrice } from './price-text.js';

describe('a price', () => {
  it.each([
    ['19.99', 'EUR', 1_999],
    ['1299', 'EUR', 129_900],
    ['0,5', 'EUR', 50],
    ['1500', 'JPY', 1_500],
    ['1.005', 'KWD', 1_005],
    ['-3', 'EUR', -300],
  ])('%s %s is %d in minor units', (text, currency, amount) => {
    expect(readPrice(text, currency)).toEqual({ amount, currency });
  });

  it('is left wrong where it is, for the service to say so', () => {
    expect(readPrice('0.005', 'EUR').amount).toBeCloseTo(0.5);
    for (const text of ['', 'ten']) expect(readPrice(text, 'EUR').amount).toBeNaN();
    expect(readPrice('1', 'euros')).toEqual({ amount: 100, currency: 'euros' });
  });

  it('is written with the digits of its currency', () => {
    expect(priceText({ amount: 129_900, currency: 'EUR' })).toBe('1299.00');
    expect(priceText({ amount: 1_500, currency: 'JPY' })).toBe('1500');
  });
});
