import type { SaleItemView, SaleView } from '#client';
import type { Purchase } from '../purchase/purchases.js';

/** What the buy button offers, and where it offers nothing, why. */
export type Offer =
  | 'buy'
  | 'ask_again'
  | 'ordering'
  | 'waiting'
  | 'scheduled'
  | 'paused'
  | 'ended'
  | 'sold_out'
  | 'limit_reached';

interface Circumstances {
  readonly item: Pick<SaleItemView, 'availability' | 'purchaseLimit'>;
  readonly status: SaleView['status'];
  readonly purchase: Purchase | undefined;
  /** How many of the item the buyer has. */
  readonly units: number;
}

/** A purchase without an answer may be asked about whatever the stock is now: it may have taken the last unit. */
export function offerOf({ item, status, purchase, units }: Circumstances): Offer {
  if (purchase?.kind === 'ordering' || purchase?.kind === 'waiting') return purchase.kind;
  if (purchase?.kind === 'unknown') return 'ask_again';
  if (status !== 'live') return status;
  if (item.purchaseLimit !== null && units >= item.purchaseLimit) return 'limit_reached';
  return item.availability === 'sold_out' ? 'sold_out' : 'buy';
}

export function isOpenOffer(offer: Offer): boolean {
  return offer === 'buy' || offer === 'ask_again';
}
