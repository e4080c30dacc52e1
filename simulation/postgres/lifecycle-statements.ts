import { countPurchase, hold } from './placement-statements.js';
import { numbers, texts, violates, type Context, type Execution, type StatementModel } from './statement.js';
import type { OrderStatus, StockState } from './states.js';
import { keyOf, type CustomerOrder } from './tables.js';

/** Of `orders/lifecycle`: what becomes of an order. */
export const LIFECYCLE_STATEMENTS: Readonly<Record<string, StatementModel>> = {
  'lifecycle/expire': expire,
  'lifecycle/lock-order': lockOrder,
  'lifecycle/move': move,
  'lifecycle/lines-of': linesOf,
  'lifecycle/terms-of': termsOf,
  'lifecycle/count': count,
  'lifecycle/uncount': uncount,
};

function* expire(context: Context, [limit]: readonly unknown[]): Execution {
  const { transaction, tables, locks, guards, nowMs } = context;
  const isDue = ({ status, expiresAtMs }: CustomerOrder) =>
    status === 'pending_payment' && expiresAtMs <= nowMs;
  const due = transaction
    .all(tables.orders)
    .filter(isDue)
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs)
    .slice(0, Number(limit));
  const ended = [];
  for (const { id } of due) {
    const key = keyOf('customer_order', id);
    // Without its condition: found by what was read, then written when its turn comes, whatever it is by then.
    if (guards.sweepCondition && !locks.isFree(transaction, key)) continue;
    yield key;
    const order = transaction.get(tables.orders, id);
    if (!order || (guards.sweepCondition && !isDue(order))) continue;
    transaction.put(tables.orders, id, { ...order, status: 'expired', stockState: 'released' });
    ended.push({ id, sale_id: order.saleId, buyer_id: order.buyerId, traceparent: null });
  }
  return ended;
}

function* lockOrder({ transaction, tables, guards, nowMs }: Context, [id]: readonly unknown[]): Execution {
  const key = String(id);
  if (!tables.orders.rows.has(key)) return [];
  if (guards.orderLock) yield keyOf('customer_order', key);
  const order = transaction.get(tables.orders, key);
  if (!order) return [];
  return [
    {
      id: order.id,
      sale_id: order.saleId,
      buyer_id: order.buyerId,
      status: order.status,
      stock_state: order.stockState,
      total_amount: String(order.totalAmount),
      currency: order.currency,
      is_held: nowMs < order.expiresAtMs,
      traceparent: null,
    },
  ];
}

function* move(context: Context, [id, from, to, stockState]: readonly unknown[]): Execution {
  const { transaction, tables, guards } = context;
  const key = String(id);
  yield keyOf('customer_order', key);
  const order = transaction.get(tables.orders, key);
  if (!order || (guards.moveCondition && order.status !== from)) return [];
  transaction.put(tables.orders, key, {
    ...order,
    status: to as OrderStatus,
    stockState: (stockState as StockState | null) ?? order.stockState,
  });
  return [{ id: key }];
}

// eslint-disable-next-line require-yield -- it waits for nobody
function* linesOf({ transaction, tables }: Context, [orders]: readonly unknown[]): Execution {
  const asked = new Set(texts(orders));
  return transaction
    .all(tables.lines)
    .filter(({ orderId }) => asked.has(orderId))
    .map(({ orderId, itemId, quantity }) => ({ order_id: orderId, item_id: itemId, quantity }));
}

// eslint-disable-next-line require-yield -- it waits for nobody
function* termsOf({ transaction, tables }: Context, [sale, items, buyer]: readonly unknown[]): Execution {
  const asked = texts(items);
  return transaction
    .all(tables.saleItems)
    .filter(({ saleId, itemId }) => saleId === sale && asked.includes(itemId))
    .map(({ saleId, itemId, purchaseLimit, allotment, held }) => {
      const purchase = transaction.get(tables.purchases, keyOf(saleId, itemId, String(buyer)));
      const bought = purchase?.quantity ?? 0;
      return { item_id: itemId, purchase_limit: purchaseLimit, allotment, held, bought };
    });
}

interface Units {
  readonly saleId: string;
  readonly itemId: string;
  readonly buyerId: string;
  readonly quantity: number;
}

function* count(context: Context, values: readonly unknown[]): Execution {
  const units = unitsByPurchase(values);
  for (const purchase of units.filter((unit) => isCounted(context, unit))) {
    yield* countPurchase(context, purchase, { isLimited: false });
  }
  yield* hold(context, units, 1);
  return [];
}

function* uncount(context: Context, values: readonly unknown[]): Execution {
  const { transaction, tables, guards } = context;
  const units = unitsByPurchase(values);
  for (const unit of units.filter((of) => isCounted(context, of))) {
    const { saleId, itemId, buyerId, quantity } = unit;
    const key = keyOf(saleId, itemId, buyerId);
    yield keyOf('purchase', key);
    const purchase = transaction.get(tables.purchases, key);
    if (!purchase) continue;
    const left = purchase.quantity - quantity;
    if (guards.purchaseCheck && left < 0) throw violates('purchase_quantity_check');
    transaction.put(tables.purchases, key, { ...purchase, quantity: left });
  }
  yield* hold(context, units, -1);
  return [];
}

/** Purchases are counted where the sale limits them. */
function isCounted({ transaction, tables }: Context, { saleId, itemId }: Units): boolean {
  return (transaction.get(tables.saleItems, keyOf(saleId, itemId))?.purchaseLimit ?? null) !== null;
}

/** Lines of one buyer, item and sale together, in the order of their keys. */
function unitsByPurchase([sales, items, buyers, quantities]: readonly unknown[]): Units[] {
  const [saleIds, itemIds, buyerIds] = [texts(sales), texts(items), texts(buyers)];
  const sums = new Map<string, Units>();
  for (const [index, quantity] of numbers(quantities).entries()) {
    const of = { saleId: saleIds[index] ?? '', itemId: itemIds[index] ?? '', buyerId: buyerIds[index] ?? '' };
    const key = keyOf(of.saleId, of.itemId, of.buyerId);
    sums.set(key, { ...of, quantity: (sums.get(key)?.quantity ?? 0) + quantity });
  }
  return [...sums.keys()].sort().flatMap((key) => sums.get(key) ?? []);
}
