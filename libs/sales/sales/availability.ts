export const AVAILABILITIES = ['in_stock', 'low_stock', 'sold_out'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** "Only a few left" from here on. */
const LOW_STOCK_UNITS = 10;

export function availabilityOf(available: number): Availability {
  if (available <= 0) return 'sold_out';
  return available <= LOW_STOCK_UNITS ? 'low_stock' : 'in_stock';
}

/** What a sale may still sell of an item: the free stock, and of an allotment no more than is left of it. */
export function availableInSale(stockAvailable: number, allotment: number | null, held: number): number {
  return Math.max(0, allotment === null ? stockAvailable : Math.min(stockAvailable, allotment - held));
}
