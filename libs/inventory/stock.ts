/** Units of one item. available = onHand − reserved. */
export interface Stock {
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
}

export const MAX_ON_HAND = 1_000_000_000;
/** The shop hears `stock.low` when no more than this is available, unless the item says otherwise. */
export const LOW_STOCK_THRESHOLD = 10;

export function stockOf(level: { onHand: number; reserved: number }): Stock {
  return { onHand: level.onHand, reserved: level.reserved, available: level.onHand - level.reserved };
}
