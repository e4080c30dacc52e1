import type { Pool } from 'pg';
import { Database } from '#platform';
import { cloneDatabase, openPool } from '../support/database.js';
import { answerOf, ITEMS, SALE, sorted, STOCK, termsOf, type Operation } from './shared-record.js';

/** The service's code on a real PostgreSQL. */
export class RealSide {
  readonly database: Database;
  private readonly sql: Pool;
  private readonly drop: () => Promise<void>;

  private constructor(url: string, drop: () => Promise<void>) {
    this.database = new Database({ url, poolSize: 2 });
    this.sql = openPool(url, 1);
    this.drop = drop;
  }

  static async open(): Promise<RealSide> {
    const { url, drop } = await cloneDatabase();
    const side = new RealSide(url, drop);
    await side.fill();
    return side;
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.sql.end();
    await this.drop();
  }

  run(operation: Operation): Promise<string> {
    return answerOf(operation, this.database);
  }

  async endHold(orderId: string): Promise<void> {
    await this.sql.query(`UPDATE customer_order SET expires_at = 'epoch' WHERE id = $1`, [orderId]);
  }

  async record(): Promise<unknown> {
    const rows = async (text: string): Promise<unknown[]> =>
      (await this.sql.query({ text, rowMode: 'array' })).rows as unknown[];
    return sorted({
      stock: await rows(
        'SELECT item_id, on_hand, reserved, fence::integer, version::integer FROM stock_level',
      ),
      held: await rows('SELECT item_id, held FROM sale_item'),
      purchases: await rows('SELECT item_id, buyer_id, quantity FROM purchase'),
      orders: await rows('SELECT id, status, stock_state, total_amount::integer FROM customer_order'),
      movements: await rows(
        `SELECT item_id, order_id, kind, on_hand_delta, reserved_delta, fence::integer, reference FROM stock_movement`,
      ),
      payments: await rows('SELECT order_id, status, due_at IS NOT NULL FROM payment'),
    });
  }

  private async fill(): Promise<void> {
    await this.sql.query(
      `INSERT INTO sale (id, name, starts_at, ends_at, reservation_ttl_seconds)
       VALUES ($1, 'A sale', now() - interval '1 hour', now() + interval '1 hour', 600)`,
      [SALE],
    );
    for (const [index, itemId] of ITEMS.entries()) {
      const { priceAmount, purchaseLimit, allotment } = termsOf(index);
      await this.sql.query(
        `INSERT INTO item (id, sku, name, price_amount, currency) VALUES ($1, $1::uuid::text, 'An item', $2, 'EUR')`,
        [itemId, priceAmount],
      );
      await this.sql.query('INSERT INTO stock_level (item_id, on_hand) VALUES ($1, $2)', [itemId, STOCK]);
      await this.sql.query(
        `INSERT INTO sale_item (sale_id, item_id, position, purchase_limit, allotment) VALUES ($1, $2, $3, $4, $5)`,
        [SALE, itemId, index, purchaseLimit, allotment],
      );
    }
  }
}
