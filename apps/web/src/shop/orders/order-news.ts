import type { OrderView } from '#client';

const NEWS: Partial<Record<OrderView['status'], string>> = {
  paid: 'Your payment has arrived. The order is paid.',
  fulfilled: 'Your order is on its way.',
  expired: 'The time to pay is over. The order was not charged.',
  cancelled: 'The order is cancelled.',
  refund_pending: 'Your money is on its way back.',
  refunded: 'Your money has been returned.',
};

/** What is worth a word to somebody who listens. */
export function orderNews(before: readonly OrderView[], after: readonly OrderView[]): string[] {
  const known = new Map(before.map((order) => [order.id, order]));
  return after.flatMap((order) => {
    const old = known.get(order.id);
    if (!old) return [];
    if (old.status !== order.status) return NEWS[order.status] ?? [];
    return declinedOf(order) > declinedOf(old) ? 'The payment was declined. Your order is still held.' : [];
  });
}

function declinedOf({ payments }: OrderView): number {
  return payments.filter(({ status }) => status === 'declined').length;
}
