import { Logger } from '@nestjs/common';
import { beginRefund, lockOrder, recordCapture, recordRefund, type LockedOrder } from '#orders';
import { ProblemError, type Database, type Metrics, type Transaction } from '#platform';

/** What is known of a payment, by the gateway's answer or by its webhook. */
export type PaymentFact =
  /** Without an amount it was the one that the payment asked for. */
  | { readonly kind: 'captured'; readonly amount?: number; readonly currency?: string }
  | { readonly kind: 'declined'; readonly failureCode: string }
  | { readonly kind: 'refunded' };

/** An event of the provider, by which a fact came. */
export interface PaymentEvent {
  readonly eventId: string;
  readonly type: string;
}

/** `recorded`: it changed something. `known`: it had been recorded before, or the event had. */
export type Settled = 'recorded' | 'known' | 'not_found';

/** States in which a capture is looked at on its merits. */
const MAY_BE_PAID: ReadonlySet<LockedOrder['status']> = new Set(['pending_payment', 'expired', 'cancelled']);

type PaymentStatus = 'pending' | 'succeeded' | 'declined' | 'refunded';

interface PaymentRow {
  id: string;
  status: PaymentStatus;
  amount: string;
  currency: string;
  returns_stock: boolean;
}

/**
 * Records what happened to money, and moves the order with it in the same transaction. Whoever tells it, and however often:
 * a fact takes effect once.
 */
export class Settlement {
  private readonly logger = new Logger('Settlement');

  constructor(
    private readonly database: Pick<Database, 'transaction'>,
    private readonly metrics: Pick<Metrics, 'payments' | 'paymentAlerts'>,
  ) {}

  /** @throws ProblemError invalid_order_state for a refund that comes before its capture */
  record(
    payment: { readonly id: string; readonly orderId: string },
    fact: PaymentFact,
    event?: PaymentEvent,
  ): Promise<Settled> {
    return this.database.transaction(async (transaction) => {
      const order = await lockOrder(transaction, payment.orderId); // payments of an order change under its lock alone
      if (!order) return 'not_found';
      const [row] = await transaction.query<PaymentRow>(
        'SELECT id, status, amount, currency, returns_stock FROM payment WHERE id = $1 AND order_id = $2',
        [payment.id, payment.orderId],
      );
      if (!row) return 'not_found';
      if (event && !(await isNew(transaction, payment.id, event))) return 'known';
      const settled = await this.settle(transaction, row, order, fact);
      if (settled === 'known') return 'known';
      this.metrics.payments.inc({ fact: fact.kind });
      return 'recorded';
    });
  }

  private settle(
    transaction: Transaction,
    payment: PaymentRow,
    order: LockedOrder,
    fact: PaymentFact,
  ): Promise<'recorded' | 'known'> {
    switch (fact.kind) {
      case 'captured':
        return this.captured(transaction, payment, order, fact);
      case 'declined':
        return declined(transaction, payment, fact.failureCode);
      case 'refunded':
        return this.refunded(transaction, payment, order);
    }
  }

  private async captured(
    transaction: Transaction,
    payment: PaymentRow,
    order: LockedOrder,
    fact: Extract<PaymentFact, { kind: 'captured' }>,
  ): Promise<'recorded' | 'known'> {
    if (payment.status === 'succeeded' || payment.status === 'refunded') return 'known';
    // What was declined is captured after all: for an order that another payment has settled, or is about to.
    const isTaken = !MAY_BE_PAID.has(order.status) || (await hasOpenPayment(transaction, order.id));
    if (payment.status === 'declined' && isTaken) {
      this.alert(payment, order, 'a payment that was declined was captured beside another one; it goes back');
      await refundSoon(transaction, payment.id);
      return 'recorded';
    }
    const { amount = Number(payment.amount), currency = payment.currency } = fact;
    const isExact = amount === Number(payment.amount) && currency === payment.currency;
    await setStatus(transaction, payment.id, 'succeeded');
    const became = await recordCapture(transaction, order, { isExact });
    if (became === 'refund_pending') await refundSoon(transaction, payment.id);
    if (!isExact) this.alert(payment, order, `${amount} ${currency} was captured; it goes back`);
    if (became === 'unchanged') this.alert(payment, order, 'a capture for an order that was past it');
    return 'recorded';
  }

  private async refunded(
    transaction: Transaction,
    payment: PaymentRow,
    order: LockedOrder,
  ): Promise<'recorded' | 'known'> {
    if (payment.status === 'refunded') return 'known';
    if (payment.status === 'pending') {
      throw new ProblemError('invalid_order_state', 'This payment has not been captured yet; tell again.');
    }
    await setStatus(transaction, payment.id, 'refunded');
    if (payment.status === 'declined') return 'recorded'; // it was never this order's
    // The provider may give money back by itself.
    const begun = await beginRefund(transaction, order);
    const pending: LockedOrder = begun ? { ...order, status: 'refund_pending' } : order;
    const returnsStock = payment.returns_stock;
    if (!(await recordRefund(transaction, pending, { returnsStock }))) {
      this.alert(payment, order, 'money went back for an order that keeps its goods');
    }
    return 'recorded';
  }

  private alert(payment: PaymentRow, order: LockedOrder, what: string): void {
    this.metrics.paymentAlerts.inc();
    this.logger.error({ paymentId: payment.id, orderId: order.id, orderStatus: order.status }, what);
  }
}

/** Each event takes effect once: of two that arrive together the second waits here, and finds the first. */
async function isNew(
  transaction: Transaction,
  paymentId: string,
  { eventId, type }: PaymentEvent,
): Promise<boolean> {
  const written = await transaction.query(
    `INSERT INTO payment_event (event_id, type, payment_id) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [eventId, type, paymentId],
  );
  return written.length > 0;
}

async function declined(
  transaction: Transaction,
  payment: PaymentRow,
  failureCode: string,
): Promise<'recorded' | 'known'> {
  if (payment.status !== 'pending') return 'known';
  await setStatus(transaction, payment.id, 'declined', failureCode);
  return 'recorded';
}

async function hasOpenPayment(transaction: Transaction, orderId: string): Promise<boolean> {
  const sql = `SELECT 1 FROM payment WHERE order_id = $1 AND status IN ('pending', 'succeeded')`;
  return (await transaction.query(sql, [orderId])).length > 0;
}

async function setStatus(
  transaction: Transaction,
  id: string,
  status: PaymentStatus,
  failureCode: string | null = null,
): Promise<void> {
  // The token has done its work: what is not kept cannot be lost.
  const sql = 'UPDATE payment SET status = $2, failure_code = $3, due_at = NULL, token = NULL WHERE id = $1';
  await transaction.query(sql, [id, status, failureCode]);
}

async function refundSoon(transaction: Transaction, id: string): Promise<void> {
  await transaction.query('UPDATE payment SET due_at = clock_timestamp() WHERE id = $1', [id]);
}
