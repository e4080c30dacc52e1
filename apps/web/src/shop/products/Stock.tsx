import { memo } from 'react';
import type { SaleItemView } from '#client';
import { Badge, type Tone } from '../../design/Badge.js';

const TONES: Record<SaleItemView['availability'], Tone> = {
  in_stock: 'good',
  low_stock: 'warn',
  sold_out: 'bad',
};
const NUMBER = new Intl.NumberFormat();

/** How many there are now. It begins at a fixed place and has nothing beside it, so that nothing moves with the number. */
export const Stock = memo(function Stock({
  available,
  availability,
}: Pick<SaleItemView, 'available' | 'availability'>) {
  return (
    <p className="stock">
      <Badge tone={TONES[availability]}>{wordsOf({ available, availability })}</Badge>
    </p>
  );
});

function wordsOf({ available, availability }: Pick<SaleItemView, 'available' | 'availability'>): string {
  if (availability === 'sold_out') return 'Sold out';
  return availability === 'low_stock' ? `Only ${available} left` : `${NUMBER.format(available)} left`;
}
