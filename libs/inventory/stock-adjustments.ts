import { newId, ProblemError, type SqlExecutor } from '#platform';
import { claimStock } from './claim.js';
import { MAX_ON_HAND, stockOf, type Stock } from './stock.js';

/** Gives a new item its stock level and, where there is any, its first movement. */
export async function createStock(
  transaction: SqlExecutor,
  itemId: string,
  quantity: number,
): Promise<Stock> {
  await transaction.query('INSERT INTO stock_level (item_id, on_hand) VALUES ($1, $2)', [itemId, quantity]);
  if (quantity > 0) await moveOnHand(transaction, { itemId, kind: 'receive', quantity, reason: null });
  return stockOf({ onHand: quantity, reserved: 0 });
}

/**
 * Adds to what is on hand, or takes from it, in the caller's transaction.
 * @throws ProblemError not_found, stock_below_reserved, validation_failed
 */
export async function adjustStock(
  transaction: SqlExecutor,
  adjustment: { itemId: string; quantity: number; reason: string },
): Promise<Stock> {
  const { itemId, quantity, reason } = adjustment;
  const [level] = await claimStock(transaction, [{ itemId, fence: undefined }]);
  if (!level) throw new ProblemError('not_found', 'There is no such item.');
  const before = stockOf(level);
  const onHand = before.onHand + quantity;
  if (onHand < before.reserved) {
    throw new ProblemError(
      'stock_below_reserved',
      `${before.onHand} are on hand, ${before.reserved} of them reserved: at most ${before.available} can be taken away.`,
    );
  }
  if (onHand > MAX_ON_HAND) {
    const message = `stock on hand must not pass ${MAX_ON_HAND}; it is ${before.onHand}`;
    throw new ProblemError('validation_failed', message, { errors: [{ path: 'quantity', message }] });
  }
  await transaction.query('UPDATE stock_level SET on_hand = $2, version = version + 1 WHERE item_id = $1', [
    itemId,
    onHand,
  ]);
  await moveOnHand(transaction, { itemId, kind: 'adjust', quantity, reason });
  return stockOf({ onHand, reserved: before.reserved });
}

async function moveOnHand(
  transaction: SqlExecutor,
  movement: { itemId: string; kind: 'receive' | 'adjust'; quantity: number; reason: string | null },
): Promise<void> {
  await transaction.query(
    `INSERT INTO stock_movement (id, item_id, kind, on_hand_delta, reserved_delta, reason) VALUES ($1, $2, $3, $4, 0, $5)`,
    [newId(), movement.itemId, movement.kind, movement.quantity, movement.reason],
  );
}
