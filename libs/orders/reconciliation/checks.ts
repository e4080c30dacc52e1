import type { ReconciliationCheck } from './reconciliation.dto.js';

/** A row of reconciliation.sql. */
export interface ReconciliationRow {
  item_id: string;
  sku: string;
  on_hand: number;
  reserved: number;
  allotment: number | null;
  held: number;
  purchase_limit: number | null;
  movement_total: number;
  movement_reserved: number;
  sold: number;
  orders_reserved: number;
  orders_sold: number;
  sale_units: number;
  purchased: number;
  over_limit: number;
  lines_out_of_step: number;
}

interface Rule {
  readonly name: string;
  readonly compares: string;
  readonly holds: (row: ReconciliationRow) => boolean;
  readonly figures: (row: ReconciliationRow) => string;
}

/** The invariants that can be read off one moment of the record. */
const RULES: readonly Rule[] = [
  {
    name: 'no_oversell',
    compares: '0 ≤ reserved ≤ on hand',
    holds: (row) => row.reserved >= 0 && row.reserved <= row.on_hand,
    figures: (row) => `reserved ${row.reserved}, on hand ${row.on_hand}`,
  },
  {
    name: 'orders_within_stock',
    compares: 'units that orders hold ≤ on hand',
    holds: (row) => row.orders_reserved <= row.on_hand,
    figures: (row) => `orders hold ${row.orders_reserved}, on hand ${row.on_hand}`,
  },
  {
    name: 'ledger_on_hand',
    compares: 'Σ on_hand_delta = on hand',
    holds: (row) => row.movement_total === row.on_hand,
    figures: (row) => `movements ${row.movement_total}, on hand ${row.on_hand}`,
  },
  {
    name: 'ledger_reserved',
    compares: 'Σ reserved_delta = reserved',
    holds: (row) => row.movement_reserved === row.reserved,
    figures: (row) => `movements ${row.movement_reserved}, reserved ${row.reserved}`,
  },
  {
    name: 'orders_reserved',
    compares: 'units that orders hold = reserved',
    holds: (row) => row.orders_reserved === row.reserved,
    figures: (row) => `orders hold ${row.orders_reserved}, reserved ${row.reserved}`,
  },
  {
    name: 'orders_sold',
    compares: 'units that orders bought = sold',
    holds: (row) => row.orders_sold === row.sold,
    figures: (row) => `orders bought ${row.orders_sold}, sold ${row.sold}`,
  },
  {
    name: 'movement_per_change',
    compares: 'each change of an order has one movement a line',
    holds: (row) => row.lines_out_of_step === 0,
    figures: (row) => `${row.lines_out_of_step} order lines out of step`,
  },
  {
    name: 'allotment',
    compares: 'units of this sale = held ≤ allotment',
    holds: (row) => row.held === row.sale_units && (row.allotment === null || row.held <= row.allotment),
    figures: (row) => `held ${row.held}, units ${row.sale_units}, allotment ${row.allotment ?? 'none'}`,
  },
  {
    name: 'purchase_limit',
    compares: 'where there is a limit: units of buyers = units of orders, nobody over it',
    holds: (row) => row.purchase_limit === null || (row.over_limit === 0 && row.purchased === row.sale_units),
    figures: (row) =>
      `purchased ${row.purchased}, units ${row.sale_units}, buyers over the limit ${row.over_limit}`,
  },
];

export function checkRows(rows: readonly ReconciliationRow[]): ReconciliationCheck[] {
  return RULES.map(({ name, compares, holds, figures }) => {
    const broken = rows.filter((row) => !holds(row));
    const examples = broken.slice(0, 5).map((row) => `${row.sku} (${figures(row)})`);
    const detail =
      broken.length === 0 ? compares : `${compares}; broken for ${broken.length}: ${examples.join(', ')}`;
    return { name, ok: broken.length === 0, detail };
  });
}
