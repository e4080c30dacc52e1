import { memo } from 'react';
import { formatTimeLeft, formatMoment } from '../../shared/clock.js';
import { useSecond } from '../../shared/second.js';
import { useStore } from '../../shared/store.js';
import { describeRefusal } from '../messages.js';
import { useShop } from '../open-shop.js';
import { isHeld } from '../orders/orders-state.js';
import type { Purchase } from '../purchase/purchases.js';
import { RetryNote } from '../RetryNote.js';
import type { Offer } from './offer.js';

interface Circumstances {
  readonly itemId: string;
  readonly purchaseLimit: number | null;
  readonly startsAt: string;
  readonly offer: Offer;
  readonly purchase: Purchase | undefined;
}

interface ProductNoteProps extends Circumstances {
  readonly id: string;
  readonly saleId: string;
}

/** Says in one place what stands in the way, or what is held. Its room is kept, so that nothing moves when it speaks. */
export const ProductNote = memo(function ProductNote({ id, saleId, ...circumstances }: ProductNoteProps) {
  const { orders } = useShop();
  const { itemId, purchaseLimit, startsAt, offer, purchase } = circumstances;
  const held = useStore(orders.state, (state) =>
    state.orders.find(
      (order) =>
        isHeld(order) && order.saleId === saleId && order.lines.some((line) => line.itemId === itemId),
    ),
  );
  const refusal = refusalOf(purchase, offer);
  return (
    <p className="product-note" id={id} data-mood={moodOf(circumstances, refusal)}>
      {purchase?.kind === 'waiting' ? (
        <RetryNote {...purchase} />
      ) : refusal !== undefined ? (
        describeRefusal(refusal, { startsAt })
      ) : held && offer !== 'ask_again' ? (
        <Held orderId={held.id} expiresAt={held.expiresAt} />
      ) : (
        reasonOf(offer, purchaseLimit, startsAt)
      )}
    </p>
  );
});

function Held({ orderId, expiresAt }: { readonly orderId: string; readonly expiresAt: string }) {
  const leftMs = Date.parse(expiresAt) - useSecond();
  return (
    <>
      Held for you, <span className="timer">{formatTimeLeft(leftMs)}</span> left.{' '}
      <a href={`#order-${orderId}`}>Pay now</a>
    </>
  );
}

/** Why the button is off, or what another click would mean. */
function reasonOf(offer: Offer, purchaseLimit: number | null, startsAt: string): string | null {
  switch (offer) {
    case 'ask_again':
      return 'The shop has not said whether this was ordered. Asking again does not order it twice.';
    case 'scheduled':
      return `Opens ${formatMoment(startsAt)}.`;
    case 'paused':
      return 'The sale is paused. This button opens when it goes on.';
    case 'sold_out':
      return 'More may come back; this page shows it at once.';
    case 'limit_reached':
      return `You have ${purchaseLimit ?? 0}, as many as this sale allows.`;
    default:
      return null;
  }
}

/** The code of a refusal that is still true; undefined where there is none. */
function refusalOf(purchase: Purchase | undefined, offer: Offer): string | null | undefined {
  if (purchase?.kind !== 'refused') return undefined;
  const { code } = purchase;
  if (code === 'sold_out') return offer === 'sold_out' ? code : undefined;
  const isOver = code === 'sale_not_started' || code === 'sale_paused' || offer !== 'buy';
  return isOver ? undefined : code;
}

function moodOf({ offer, purchase }: Circumstances, refusal: string | null | undefined): string | undefined {
  if (refusal !== undefined) return 'bad';
  return purchase?.kind === 'waiting' || offer === 'ask_again' ? 'warn' : undefined;
}
