import { LockManager } from '#lock';
import { Database, Metrics } from '#platform';
import { PerOrderStrategy } from './per-order.strategy.js';

/**
 * `per-order` with one lock for the whole inventory, the first thing that comes to mind ("synchronized" across
 * processes), here to show what granularity is worth.
 *
 * Worth: it cannot deadlock and is as quick as `per-order` while a single item is wanted.
 * Bad at: everything else. Orders that share no item wait for each other, so that the second product costs the first
 * one half of its rate. A lock of no item has no fence of an item: the row lock and the CHECK are the guard.
 */
export class GlobalLockStrategy extends PerOrderStrategy {
  override readonly name = 'global-lock';

  constructor(locks: LockManager, database: Database, metrics: Metrics, { leaseMs }: { leaseMs: number }) {
    super(locks, database, metrics, { leaseMs, lockOf: () => 'inventory:all:deduct' });
  }
}
