/** Units of one item. available = onHand − reserved. */
export interface Stock {
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
}

export const MAX_ON_HAND = 1_000_000_000;

export function stockOf(level: { onHand: number; reserved: number }): Stock {
  return { onHand: level.onHand, reserved: level.reserved, available: level.onHand - level.reserved };
}
