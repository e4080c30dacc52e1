import type { Price } from '#client';

/** "12.50" of an amount in minor units, with as many digits as the currency has. */
export function priceText({ amount, currency }: Price): string {
  const digits = digitsOf(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

/** Minor units of what somebody typed; NaN, which the service refuses, where it is no number. A comma is a point. */
export function readPrice(text: string, currency: string): Price {
  const typed = text.trim().replace(',', '.');
  const amount = typed === '' ? NaN : Number(typed) * 10 ** digitsOf(currency);
  const rounded = Math.round(amount);
  // 19.99 × 100 is 1998.9999999999998: what differs by less than rounding does is the same.
  return { amount: Math.abs(amount - rounded) < 1e-6 ? rounded : amount, currency };
}

function digitsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2; // no currency: the service says so
  }
}
