import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PAGE_SIZE, ProblemError } from '#platform';
import { DETAILS_SQL } from '../items/item-details.js';
import { availabilityOf, availableInSale } from './availability.js';
import { SALE_STATUS_SQL, type SaleStatus } from './sale-status.js';
import type { AdminSaleItemView, AdminSaleView, SaleView } from './sale.dto.js';

/** Reads sales with their items, prices and stock: one statement, so one moment. */
@Injectable()
export class SaleReader {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws ProblemError not_found */
  async read(id: string, sql: DataSource | EntityManager = this.dataSource): Promise<AdminSaleView> {
    const [row] = await sql.query<SaleRow[]>(`${SELECT_SALES} WHERE sale.id = $1`, [id]);
    if (!row) throw new ProblemError('not_found', 'There is no such sale.');
    return presentSale(row);
  }

  /** Newest first, one more than a page so that the caller sees whether there is a next one. */
  async list(status: SaleStatus | undefined, afterId: string | undefined): Promise<AdminSaleView[]> {
    const rows = await this.dataSource.query<SaleRow[]>(
      `${SELECT_SALES}
       WHERE ($1::text IS NULL OR ${SALE_STATUS_SQL} = $1) AND ($2::uuid IS NULL OR sale.id < $2)
       ORDER BY sale.id DESC LIMIT $3`,
      [status ?? null, afterId ?? null, PAGE_SIZE + 1],
    );
    return rows.map(presentSale);
  }
}

/** What of a sale everybody may see. */
export function storefrontView({ paused, reservationTtlSeconds, items, ...sale }: AdminSaleView): SaleView {
  return { ...sale, items: items.map(({ allotment, held, ...item }) => item) };
}

const SELECT_SALES = `
SELECT sale.*, clock_timestamp() AS server_time, ${SALE_STATUS_SQL} AS status,
  (SELECT json_agg(json_build_object(
      'itemId', item.id, 'sku', item.sku, ${DETAILS_SQL},
      'amount', coalesce(offer.price_amount, item.price_amount), 'currency', item.currency,
      'available', stock.on_hand - stock.reserved, 'purchaseLimit', offer.purchase_limit,
      'allotment', offer.allotment, 'held', offer.held) ORDER BY offer.position)
   FROM sale_item offer
   JOIN item ON item.id = offer.item_id
   JOIN stock_level stock ON stock.item_id = offer.item_id
   WHERE offer.sale_id = sale.id) AS items
FROM sale`;

interface SaleRow {
  id: string;
  name: string;
  starts_at: Date;
  ends_at: Date;
  paused: boolean;
  reservation_ttl_seconds: number;
  metadata: Record<string, string>;
  server_time: Date;
  status: SaleStatus;
  items: SaleItemRow[];
}

type SaleItemRow = Omit<AdminSaleItemView, 'price' | 'availability'> & { amount: number; currency: string };

function presentSale(row: SaleRow): AdminSaleView {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    serverTime: row.server_time.toISOString(),
    paused: row.paused,
    reservationTtlSeconds: row.reservation_ttl_seconds,
    items: row.items.map(presentItem),
    metadata: row.metadata,
  };
}

function presentItem({ amount, currency, ...item }: SaleItemRow): AdminSaleItemView {
  const available = availableInSale(item.available, item.allotment, item.held);
  return { ...item, price: { amount, currency }, available, availability: availabilityOf(available) };
}
