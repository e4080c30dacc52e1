import {
  bigintColumn,
  booleanColumn,
  codeOf,
  integerColumn,
  loadStatement,
  textColumn,
  uuidColumn,
  type Transaction,
} from '#platform';
import type { Order } from '../order.js';
import type { PlacementRequest } from './placement.js';
import type { Snapshot } from './snapshot.js';

const RECORD = loadStatement(import.meta.url, './record.sql');
const REFUSE_ARCHIVED_KEYS = loadStatement(import.meta.url, './refuse-archived-keys.sql');

/** A purchase limit was reached by a transaction that this one did not see: decide again. */
export function isPurchaseLimitRace(error: unknown): boolean {
  return codeOf(error) === 'HF001';
}

/** A key belongs to an order that was archived after this transaction looked: decide again. */
export function isArchivedKeyRace(error: unknown): boolean {
  return codeOf(error) === 'HF002';
}

export interface AcceptedOrder {
  readonly request: PlacementRequest;
  readonly order: Order;
}

/**
 * Writes accepted orders, their lines, and the purchases that a limit counts. A limit that was passed meanwhile fails the
 * transaction, and so does a key that was taken.
 * @param sales as the orders were decided on them
 */
export function recordOrders(
  transaction: Transaction,
  accepted: readonly AcceptedOrder[],
  sales: Snapshot['sales'],
): void {
  const orders = accepted.map(({ order }) => order);
  const lines = orders.flatMap((order) => {
    const offers = sales.get(order.saleId)?.offers;
    return order.lines.map((line) => {
      const limit = offers?.get(line.itemId)?.purchaseLimit ?? null;
      return { orderId: order.id, line, isLimited: limit !== null };
    });
  });
  const buyers = uuidColumn(orders, (order) => order.buyerId);
  const keys = textColumn(accepted, ({ request }) => request.idempotencyKey);
  transaction.send(RECORD, [
    orders[0]?.createdAt ?? null, // a batch is decided at one moment
    uuidColumn(orders, (order) => order.id),
    uuidColumn(orders, (order) => order.saleId),
    buyers,
    keys,
    textColumn(accepted, ({ request }) => request.requestHash),
    bigintColumn(orders, (order) => order.totalAmount),
    textColumn(orders, (order) => order.currency),
    metadataOf(orders),
    integerColumn(orders, holdSecondsOf),
    uuidColumn(lines, ({ orderId }) => orderId),
    uuidColumn(lines, ({ line }) => line.itemId),
    textColumn(lines, ({ line }) => line.sku),
    integerColumn(lines, ({ line }) => line.quantity),
    bigintColumn(lines, ({ line }) => line.unitPriceAmount),
    tracesOf(accepted),
    booleanColumn(lines, ({ isLimited }) => isLimited),
  ]);
  transaction.send(REFUSE_ARCHIVED_KEYS, [buyers, keys]);
}

/** Nothing to write where no order has any. */
function metadataOf(orders: readonly Order[]): Buffer | null {
  if (orders.every(({ metadata }) => Object.keys(metadata).length === 0)) return null;
  return textColumn(orders, ({ metadata }) => JSON.stringify(metadata));
}

/** Nothing to write, as a rule: few orders are traced, or none. */
function tracesOf(accepted: readonly AcceptedOrder[]): Buffer | null {
  if (accepted.every(({ request }) => request.traceparent === undefined)) return null;
  return textColumn(accepted, ({ request }) => request.traceparent ?? null);
}

function holdSecondsOf({ createdAt, expiresAt }: Order): number {
  return (expiresAt.getTime() - createdAt.getTime()) / 1000;
}
