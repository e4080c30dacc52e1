import { Injectable } from '@nestjs/common';
import { invalidState, lockOrder } from '#orders';
import { Database, loadStatement, newId, ProblemError } from '#platform';
import type { CreatePayment, PaymentReceipt } from './payment.dto.js';

const OPEN = loadStatement(import.meta.url, './open-payment.sql');

/** A pending payment keeps its order's hold for at least so long, once. */
const GRACE_SECONDS = 60;

/** Opens payments. What becomes of them the worker finds out. */
@Injectable()
export class PaymentsService {
  constructor(private readonly database: Database) {}

  /**
   * Opens a payment of a buyer's order; while one is pending it is the answer.
   * @throws ProblemError not_found, invalid_order_state
   */
  open(buyerId: string, orderId: string, { method, outcome, token }: CreatePayment): Promise<PaymentReceipt> {
    return this.database.transaction(async (transaction) => {
      const order = await lockOrder(transaction, orderId);
      if (order?.buyerId !== buyerId) throw new ProblemError('not_found', 'There is no such order.');
      const [pending] = await transaction.query<{ id: string }>(
        `SELECT id FROM payment WHERE order_id = $1 AND status = 'pending'`,
        [orderId],
      );
      if (pending) return { paymentId: pending.id, status: 'pending' };
      if (order.status !== 'pending_payment' || !order.isHeld) {
        const status = order.status === 'pending_payment' ? 'expired' : order.status;
        throw invalidState('Only an unpaid order can be paid', { status });
      }
      const id = newId();
      const money = [order.totalAmount, order.currency];
      const values = [id, orderId, method, outcome ?? null, ...money, GRACE_SECONDS, token ?? null];
      transaction.send(OPEN, values);
      return { paymentId: id, status: 'pending' };
    });
  }
}
