export const SALE_STATUSES = ['scheduled', 'live', 'paused', 'ended'] as const;
export type SaleStatus = (typeof SALE_STATUSES)[number];

export interface SaleWindow {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly paused: boolean;
}

/** scheduled → live ⇄ paused → ended, from the sale's times and its pause switch. `nowMs` is the database's. */
export function saleStatus(sale: SaleWindow, nowMs: number): SaleStatus {
  if (nowMs < sale.startsAtMs) return 'scheduled';
  if (nowMs >= sale.endsAtMs) return 'ended';
  return sale.paused ? 'paused' : 'live';
}

/** The same in SQL, of a row `sale`. */
export const SALE_STATUS_SQL = `CASE
  WHEN clock_timestamp() < sale.starts_at THEN 'scheduled'
  WHEN clock_timestamp() >= sale.ends_at THEN 'ended'
  WHEN sale.paused THEN 'paused'
  ELSE 'live'
END`;
