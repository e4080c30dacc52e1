import { parseMetrics, type Sample } from './prometheus.js';

/** Why orders are refused, in the words of the plots, with the problem codes that mean it. */
export const REFUSALS = {
  soldOut: ['sold_out'],
  limitReached: ['purchase_limit_reached'],
  notLive: ['sale_not_started', 'sale_paused', 'sale_ended'],
  overloaded: ['overloaded', 'outcome_unknown', 'dependency_unavailable'],
} as const;
export type Refusal = keyof typeof REFUSALS | 'other';

/** A histogram's sum and count: their increases give the mean of what came in between. */
export interface Totals {
  readonly sum: number;
  readonly count: number;
}

/** What one process of the service has counted since its start, and its gauges, at one moment. */
export interface ServiceCounters {
  readonly atMs: number;
  readonly accepted: number;
  readonly replayed: number;
  readonly refused: Readonly<Record<Refusal, number>>;
  readonly batches: Totals;
  readonly lockWaits: Totals;
  readonly lockHolds: Totals;
  readonly waiting: number;
}

/** The lock that keeps a crowd out of the database: one an item. */
const ITEM_LOCK = 'inventory:item:deduct';

export function readCounters(text: string, atMs: number): ServiceCounters {
  const samples = parseMetrics(text);
  const orders = samples.filter(({ name }) => name === 'holdfast_orders_total');
  return {
    atMs,
    accepted: countOf(orders, 'accepted'),
    replayed: countOf(orders, 'replayed'),
    refused: refusalsIn(orders),
    batches: totalsOf(samples, 'holdfast_lane_batch_orders'),
    lockWaits: totalsOf(samples, 'holdfast_lock_wait_seconds', ITEM_LOCK),
    lockHolds: totalsOf(samples, 'holdfast_lock_hold_seconds', ITEM_LOCK),
    waiting: sum(samples.filter(({ name }) => name === 'holdfast_orders_waiting')),
  };
}

function refusalsIn(orders: readonly Sample[]): Record<Refusal, number> {
  const refused: Record<Refusal, number> = {
    soldOut: countOf(orders, ...REFUSALS.soldOut),
    limitReached: countOf(orders, ...REFUSALS.limitReached),
    notLive: countOf(orders, ...REFUSALS.notLive),
    overloaded: countOf(orders, ...REFUSALS.overloaded),
    other: 0,
  };
  const known = ['accepted', 'replayed', ...Object.values(REFUSALS).flat()];
  refused.other = sum(orders.filter(({ labels }) => !known.includes(labels['outcome'] ?? '')));
  return refused;
}

function countOf(orders: readonly Sample[], ...outcomes: string[]): number {
  return sum(orders.filter(({ labels }) => outcomes.includes(labels['outcome'] ?? '')));
}

function totalsOf(samples: readonly Sample[], histogram: string, ofClass?: string): Totals {
  const own = samples.filter(({ labels }) => ofClass === undefined || labels['class'] === ofClass);
  return {
    sum: sum(own.filter(({ name }) => name === `${histogram}_sum`)),
    count: sum(own.filter(({ name }) => name === `${histogram}_count`)),
  };
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
