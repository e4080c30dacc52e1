import type { SaleItemView } from '#client';
import { Button } from '../../design/Button.js';
import { isOpenOffer, type Offer } from './offer.js';

const LABELS: Record<Offer, string> = {
  buy: 'Buy',
  ask_again: 'Ask again',
  ordering: 'Ordering …',
  waiting: 'Waiting …',
  scheduled: 'Not yet',
  paused: 'Paused',
  ended: 'Ended',
  sold_out: 'Sold out',
  limit_reached: 'Limit reached',
};

interface BuyButtonProps {
  readonly offer: Offer;
  readonly item: SaleItemView;
  /** Where it is said why. */
  readonly noteId: string;
  readonly onBuy: (item: SaleItemView) => void;
}

/** Stays focusable while it is off: a keyboard keeps its place until it is on again. */
export function BuyButton({ offer, item, noteId, onBuy }: BuyButtonProps) {
  const isOff = !isOpenOffer(offer);
  const isBusy = offer === 'ordering' || offer === 'waiting';
  return (
    <Button
      className="buy"
      aria-disabled={isOff}
      aria-busy={isBusy}
      aria-describedby={noteId}
      onClick={isOff ? undefined : () => onBuy(item)}
    >
      {LABELS[offer]}
      <span className="visually-hidden"> {item.name}</span>
    </Button>
  );
}
