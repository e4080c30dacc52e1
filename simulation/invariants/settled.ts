import type { Tables } from '../postgres/tables.js';
import { RESERVATIONS_END, type Violation } from './violation.js';

/** When every hold has ended and every payment has had its time. */
export function openEndViolation({ orders, payments }: Tables): Violation | undefined {
  for (const { id, status } of orders.rows.values()) {
    if (status !== 'pending_payment' && status !== 'refund_pending') continue;
    return { invariant: RESERVATIONS_END, detail: `order ${id} is still ${status}` };
  }
  for (const { orderId, status, dueAtMs } of payments.rows.values()) {
    if (status !== 'pending' && dueAtMs === null) continue;
    return {
      invariant: RESERVATIONS_END,
      detail: `a payment of order ${orderId} is still ${status} and due`,
    };
  }
  return undefined;
}
