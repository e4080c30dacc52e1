import type { Client } from 'pg';

/** A sale that is live, or starts within a week. */
export interface SaleFacts {
  readonly id: string;
  readonly name: string;
  readonly paused: boolean;
  /** Below 0 for one that is live. */
  readonly startsInSec: number;
  readonly items: readonly {
    readonly sku: string;
    readonly available: number;
    readonly allotment: number | null;
    readonly held: number;
  }[];
}

const SALES = `
  SELECT sale.id, sale.name, sale.paused,
         extract(epoch FROM sale.starts_at - clock_timestamp())::float8 AS "startsInSec",
         json_agg(json_build_object('sku', item.sku, 'available', stock.on_hand - stock.reserved,
                                    'allotment', offer.allotment, 'held', offer.held) ORDER BY offer.position) AS items
  FROM sale JOIN sale_item offer ON offer.sale_id = sale.id
  JOIN item ON item.id = offer.item_id JOIN stock_level stock ON stock.item_id = offer.item_id
  WHERE sale.ends_at > clock_timestamp() AND sale.starts_at < clock_timestamp() + interval '7 days'
  GROUP BY sale.id ORDER BY sale.starts_at LIMIT 20`;

export async function readSales(client: Client): Promise<SaleFacts[]> {
  return (await client.query<SaleFacts>(SALES)).rows;
}
