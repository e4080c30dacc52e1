import type { OrderView } from '#client';
import { formatTimeLeft } from '../../shared/clock.js';
import { useSecond } from '../../shared/second.js';
import { isBeingPaid } from './orders-state.js';

/** How long an order is still held, as a number and as a bar. */
export function Hold({ order }: { readonly order: OrderView }) {
  const now = useSecond();
  const leftMs = Math.max(0, Date.parse(order.expiresAt) - now);
  const wholeMs = Date.parse(order.expiresAt) - Date.parse(order.createdAt);
  const share = Math.min(1, leftMs / wholeMs);
  return (
    <div className="hold" data-urgent={share < 0.2}>
      <p className="order-note">
        {wordsOf(order, leftMs)}{' '}
        {leftMs > 0 && (
          <strong className="timer" role="timer">
            {formatTimeLeft(leftMs)}
          </strong>
        )}
      </p>
      <div className="hold-bar" aria-hidden="true">
        <div style={{ transform: `scaleX(${share})` }} />
      </div>
    </div>
  );
}

function wordsOf(order: OrderView, leftMs: number): string {
  if (leftMs === 0) return 'The time to pay is over. The order is being closed …';
  if (isBeingPaid(order)) return 'Your bank is being asked. Held for';
  const declined = order.payments.some(({ status }) => status === 'declined');
  return declined ? 'The payment was declined. You can try again for' : 'Pay within';
}
