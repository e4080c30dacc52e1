import type { AdminOrderView, PaymentView } from '#client';
import type { Tone } from '../../design/Badge.js';

export type OrderStatus = AdminOrderView['status'];

export const ORDER_STATUSES: Readonly<Record<OrderStatus, { readonly words: string; readonly tone?: Tone }>> =
  {
    pending_payment: { words: 'awaits payment', tone: 'warn' },
    paid: { words: 'paid', tone: 'good' },
    fulfilled: { words: 'fulfilled', tone: 'good' },
    expired: { words: 'expired' },
    cancelled: { words: 'cancelled' },
    refund_pending: { words: 'refund pending', tone: 'warn' },
    refunded: { words: 'refunded' },
  };

export const PAYMENT_TONES: Readonly<Record<PaymentView['status'], Tone | undefined>> = {
  pending: 'warn',
  succeeded: 'good',
  declined: 'bad',
  refunded: undefined,
};

/** Whom a change of this state is the next thing of, so that it is worth looking again soon. */
export function isMoving(status: OrderStatus): boolean {
  return status === 'pending_payment' || status === 'refund_pending';
}
