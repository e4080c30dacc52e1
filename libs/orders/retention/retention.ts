import { loadStatement, type Retention } from '#platform';

const REMOVE_UNSOLD = loadStatement(import.meta.url, './remove-unsold.sql');

/** Orders that expired or were cancelled, with their keys. What was sold is the shop's books, and stays. */
export function unsoldOrders(days: number): Retention {
  return { kind: 'unsold_orders', statement: REMOVE_UNSOLD, days };
}
