import { memo, useEffect, useRef } from 'react';
import type { OrderView } from '#client';
import { Badge, type Tone } from '../../design/Badge.js';
import { formatMoment } from '../../shared/clock.js';
import { formatMoney } from '../../shared/money.js';
import { useStore } from '../../shared/store.js';
import { useShop } from '../open-shop.js';
import { Picture } from '../products/Picture.js';
import { Hold } from './Hold.js';
import { OrderActions } from './OrderActions.js';
import { isBeingPaid, isHeld } from './orders-state.js';

/** One order: what it is, how it stands, and what can be done about it. */
export const OrderCard = memo(function OrderCard({ order }: { readonly order: OrderView }) {
  const { names } = useShop();
  const known = useStore(names.names, (all) => all);
  const card = useRef<HTMLElement>(null);
  useKeptFocus(card, order.status);
  const titles = order.lines.map(
    ({ itemId, sku, quantity }) => `${quantity} ×\u00a0${known.get(itemId)?.name ?? sku}`,
  );
  const first = order.lines[0];
  const [label, tone] = stateOf(order);
  return (
    <article
      ref={card}
      id={`order-${order.id}`}
      className="order"
      data-status={order.status}
      tabIndex={-1}
      aria-labelledby={`order-name-${order.id}`}
    >
      <Picture url={(first && known.get(first.itemId)?.imageUrl) ?? null} />
      <div className="order-head">
        <h3 id={`order-name-${order.id}`}>{titles.join(', ')}</h3>
        <p className="order-total">{formatMoney(order.total)}</p>
        <p className="order-state">
          <Badge tone={tone}>{label}</Badge>
        </p>
      </div>
      <div className="order-body">
        {isHeld(order) ? <Hold order={order} /> : <p className="order-note">{noteOf(order)}</p>}
        {isHeld(order) && <OrderActions order={order} title={titles.join(', ')} />}
      </div>
    </article>
  );
});

/** A control that was used and is gone leaves its focus to the card. */
function useKeptFocus(card: React.RefObject<HTMLElement | null>, status: OrderView['status']): void {
  const hadFocus = useRef(false);
  useEffect(() => {
    const element = card.current;
    const note = () => (hadFocus.current = element?.contains(document.activeElement) ?? false);
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [card]);
  useEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) card.current?.focus();
  }, [card, status]);
}

const STATES: Record<OrderView['status'], [string, Tone | undefined]> = {
  pending_payment: ['Held for you', 'warn'],
  paid: ['Paid', 'good'],
  fulfilled: ['On its way', 'good'],
  expired: ['Expired', undefined],
  cancelled: ['Cancelled', undefined],
  refund_pending: ['Being refunded', 'warn'],
  refunded: ['Refunded', undefined],
};

function stateOf(order: OrderView): [string, Tone | undefined] {
  return isHeld(order) && isBeingPaid(order) ? ['Payment under way', 'warn'] : STATES[order.status];
}

function noteOf({ status, createdAt, paidAt }: OrderView): string {
  switch (status) {
    case 'pending_payment':
    case 'paid':
      return `Paid ${formatMoment(paidAt ?? createdAt)}. Thank you.`;
    case 'fulfilled':
      return 'It has left the shop.';
    case 'expired':
      return 'It was not paid in time, and nothing was charged.';
    case 'cancelled':
      return `Ordered ${formatMoment(createdAt)}. Nothing was charged.`;
    case 'refund_pending':
      return 'Your money is on its way back.';
    case 'refunded':
      return 'Your money has been returned.';
  }
}
