import { duplicates, type Context, type Execution, type StatementModel } from './statement.js';
import type { PaymentState } from './states.js';
import { keyOf, type Payment } from './tables.js';

/** Of `payments/`, and the looks at payments of `orders/lifecycle`. */
export const PAYMENT_STATEMENTS: Readonly<Record<string, StatementModel>> = {
  'payments/due-payments': due,
  'payments/open-payment': open,
  [`SELECT 1 FROM payment WHERE order_id = $1 AND status = 'pending'`]: ofOrder(['pending']),
  [`SELECT id FROM payment WHERE order_id = $1 AND status = 'pending'`]: ofOrder(['pending']),
  [`SELECT 1 FROM payment WHERE order_id = $1 AND status IN ('pending', 'succeeded')`]: ofOrder([
    'pending',
    'succeeded',
  ]),
  'SELECT id, status, amount, currency, returns_stock FROM payment WHERE id = $1 AND order_id = $2': byId,
  [`INSERT INTO payment_event (event_id, type, payment_id) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING event_id`]: recordEvent,
  'UPDATE payment SET status = $2, failure_code = $3, due_at = NULL, token = NULL WHERE id = $1': setStatus,
  'UPDATE payment SET due_at = clock_timestamp() WHERE id = $1': refundSoon,
};

function* due(
  { transaction, tables, locks, nowMs }: Context,
  [limit, seconds]: readonly unknown[],
): Execution {
  const isDue = ({ dueAtMs }: Payment) => dueAtMs !== null && dueAtMs <= nowMs;
  const candidates = transaction
    .all(tables.payments)
    .filter(isDue)
    .sort((a, b) => (a.dueAtMs ?? 0) - (b.dueAtMs ?? 0))
    .slice(0, Number(limit));
  const taken = [];
  for (const { id } of candidates) {
    const key = keyOf('payment', id);
    if (!locks.isFree(transaction, key)) continue;
    yield key;
    const payment = transaction.get(tables.payments, id);
    if (!payment || !isDue(payment)) continue;
    transaction.put(tables.payments, id, { ...payment, dueAtMs: nowMs + Number(seconds) * 1000 });
    const { orderId: order_id, amount } = payment;
    taken.push({ ...payment, order_id, amount: String(amount), token: null, traceparent: null });
  }
  return taken;
}

function* open({ transaction, tables, guards, nowMs }: Context, values: readonly unknown[]): Execution {
  const [id, orderId, , outcome, amount, currency, grace] = values;
  const order = transaction.get(tables.orders, String(orderId));
  if (order?.expiresAtMs === order?.firstExpiresAtMs && order) {
    yield keyOf('customer_order', order.id);
    const expiresAtMs = Math.max(order.expiresAtMs, nowMs + Number(grace) * 1000);
    const now = transaction.get(tables.orders, order.id) ?? order;
    transaction.put(tables.orders, order.id, { ...now, expiresAtMs });
  }
  const payment: Payment = {
    id: String(id),
    orderId: String(orderId),
    outcome: outcome as string | null,
    status: 'pending',
    amount: Number(amount),
    currency: String(currency),
    returnsStock: false,
    dueAtMs: nowMs,
  };
  yield* write({ transaction, tables, guards }, payment);
  return [];
}

/** One pending or captured payment an order. */
function* write(
  { transaction, tables, guards }: Pick<Context, 'transaction' | 'tables' | 'guards'>,
  payment: Payment,
): Execution {
  const isOpen = ({ status }: Payment) => status === 'pending' || status === 'succeeded';
  if (isOpen(payment) && guards.paymentOpen) {
    yield keyOf('payment_open', payment.orderId);
    const isTaken = transaction
      .all(tables.payments)
      .some((other) => other.orderId === payment.orderId && other.id !== payment.id && isOpen(other));
    if (isTaken) throw duplicates('payment_open');
  }
  transaction.put(tables.payments, payment.id, payment);
  return [];
}

function ofOrder(states: readonly PaymentState[]): StatementModel {
  // eslint-disable-next-line require-yield -- it waits for nobody
  return function* find({ transaction, tables }, [orderId]) {
    return transaction
      .all(tables.payments)
      .filter((payment) => payment.orderId === orderId && states.includes(payment.status))
      .map(({ id }) => ({ id }));
  };
}

// eslint-disable-next-line require-yield -- it waits for nobody
function* byId({ transaction, tables }: Context, [id, orderId]: readonly unknown[]): Execution {
  const payment = transaction.get(tables.payments, String(id));
  if (!payment || payment.orderId !== orderId) return [];
  const { status, amount, currency, returnsStock } = payment;
  return [{ id, status, amount: String(amount), currency, returns_stock: returnsStock }];
}

function* recordEvent({ transaction, tables }: Context, [id]: readonly unknown[]): Execution {
  const eventId = String(id);
  yield keyOf('payment_event', eventId);
  if (transaction.get(tables.paymentEvents, eventId)) return [];
  transaction.put(tables.paymentEvents, eventId, { eventId });
  return [{ event_id: eventId }];
}

function* setStatus(context: Context, [id, status]: readonly unknown[]): Execution {
  const { transaction, tables } = context;
  yield keyOf('payment', String(id));
  const payment = transaction.get(tables.payments, String(id));
  if (payment) yield* write(context, { ...payment, status: status as PaymentState, dueAtMs: null });
  return [];
}

function* refundSoon({ transaction, tables, nowMs }: Context, [id]: readonly unknown[]): Execution {
  yield keyOf('payment', String(id));
  const payment = transaction.get(tables.payments, String(id));
  if (payment) transaction.put(tables.payments, payment.id, { ...payment, dueAtMs: nowMs });
  return [];
}
