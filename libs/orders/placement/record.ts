import { loadStatement, type SqlExecutor } from '#platform';
import type { Order } from '../order.js';
import type { PlacementRequest } from './placement.js';

const RECORD = loadStatement(import.meta.url, './record.sql');

/** A purchase limit was reached by a transaction that this one did not see: decide again. */
export class PurchaseLimitRaceError extends Error {
  override readonly name = 'PurchaseLimitRaceError';

  constructor() {
    super('A purchase limit was passed between the read and the write; the batch must be decided again.');
  }
}

export interface AcceptedOrder {
  readonly request: PlacementRequest;
  readonly order: Order;
}

/** Writes accepted orders, their lines and purchases. @throws PurchaseLimitRaceError */
export async function recordOrders(
  transaction: SqlExecutor,
  accepted: readonly AcceptedOrder[],
): Promise<void> {
  const orders = accepted.map(({ request, order }) => ({
    id: order.id,
    sale_id: order.saleId,
    buyer_id: order.buyerId,
    idempotency_key: request.idempotencyKey,
    request_hash: request.requestHash,
    total_amount: order.totalAmount,
    currency: order.currency,
    metadata: order.metadata,
    created_at: order.createdAt,
    expires_at: order.expiresAt,
  }));
  const lines = accepted.flatMap(({ order }) =>
    order.lines.map((line) => ({
      order_id: order.id,
      item_id: line.itemId,
      sku: line.sku,
      quantity: line.quantity,
      unit_price_amount: line.unitPriceAmount,
    })),
  );
  const [row] = await transaction.query<{ asked: number; within_limit: number }>(RECORD, [
    JSON.stringify(orders),
    JSON.stringify(lines),
  ]);
  if (row?.asked !== row?.within_limit) throw new PurchaseLimitRaceError();
}
