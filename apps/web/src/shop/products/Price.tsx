import { memo } from 'react';
import type { Money } from '#client';
import { formatMoney } from '../../shared/money.js';

/** What a unit costs. Written anew when it changes, which is rare: to format money is slow. */
export const Price = memo(function Price({ price }: { readonly price: Money }) {
  return <span className="price">{formatMoney(price)}</span>;
});
