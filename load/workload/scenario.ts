import { ordersPerBuyer, requestsOf, type LoadOptions } from '../options.js';
import type { Random } from '../random.js';
import { arrivalTimes } from './arrivals.js';

/** One order that somebody means to place. Buyers and items are numbers here: the run gives them their ids. */
export interface PlannedOrder {
  readonly buyer: number;
  readonly key: string;
  readonly lines: readonly { readonly item: number; readonly quantity: number }[];
}

/** A request that becomes due `dueMs` after the start: the order with that number, or a look at the sale. */
export interface Arrival {
  readonly dueMs: number;
  readonly order: number | undefined;
}

export interface Scenario {
  readonly orders: readonly PlannedOrder[];
  /** By due time. */
  readonly arrivals: readonly Arrival[];
}

/** Lines of a cart: at least 2, at most 4. */
const CART_LINES = { min: 2, max: 4 };

/** Everything that is left to chance in a run, from its seed: who buys what, and in which order they come. */
export function createScenario(options: LoadOptions, random: Random): Scenario {
  const orders = planOrders(options, random);
  const requests = requestsOf(options);
  const kinds = random.pick(
    Array.from({ length: requests }, (_, index) => index),
    requests,
  );
  const arrivals = arrivalTimes(options, requests).map((dueMs, index) => {
    const kind = kinds[index] ?? requests;
    return { dueMs, order: kind < orders.length ? kind : undefined };
  });
  return { orders, arrivals };
}

function planOrders(options: LoadOptions, random: Random): PlannedOrder[] {
  const items = Array.from({ length: options.items }, (_, index) => index);
  const perBuyer = ordersPerBuyer(options);
  return Array.from({ length: options.buyers * perBuyer }, (_, index) => ({
    buyer: Math.floor(index / perBuyer),
    key: `load-${options.seed}-${index}`,
    lines: pickItems(options, items, random).map((item) => ({ item, quantity: options.quantity })),
  }));
}

function pickItems({ carts }: LoadOptions, items: readonly number[], random: Random): number[] {
  if (!carts) return random.pick(items, 1);
  const most = Math.min(CART_LINES.max, items.length);
  return random.pick(items, CART_LINES.min + random.below(most - CART_LINES.min + 1));
}
