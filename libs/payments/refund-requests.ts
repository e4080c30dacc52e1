import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { beginRefund, invalidState, OrdersAdministration, type AdminOrderView } from '#orders';
import type { RefundOrder } from './payment.dto.js';

/** RefundRequests that an administrator asks for. */
@Injectable()
export class RefundRequests {
  constructor(private readonly orders: OrdersAdministration) {}

  /**
   * The money of a paid order is to go back, which the gateway is asked for next; a refund that has begun goes on as it began.
   * @throws ProblemError not_found, invalid_order_state
   */
  begin(
    manager: EntityManager,
    orderId: string,
    { returnsStock, reason }: Pick<RefundOrder, 'returnsStock' | 'reason'>,
  ): Promise<AdminOrderView> {
    return this.orders.move(manager, orderId, async (transaction, order) => {
      if (order.status === 'refund_pending' || order.status === 'refunded') return;
      if (!(await beginRefund(transaction, order)))
        throw invalidState('Only a paid order can be refunded', order);
      await transaction.query(
        `UPDATE payment SET due_at = clock_timestamp(), returns_stock = $2, refund_reason = $3
         WHERE order_id = $1 AND status = 'succeeded'`,
        [orderId, returnsStock ?? false, reason ?? null],
      );
    });
  }
}
