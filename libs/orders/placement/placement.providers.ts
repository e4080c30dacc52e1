import type { Provider } from '@nestjs/common';
import { LockManager } from '#lock';
import { CONFIG, Database, Metrics, type Config } from '#platform';
import { OrderPlacement } from './order-placement.js';
import { RESERVATION_STRATEGY, type ReservationStrategy } from './reservation-strategy.js';
import { PerOrderStrategy } from './strategies/per-order.strategy.js';
import { UnguardedStrategy } from './strategies/unguarded.strategy.js';

export const PLACEMENT_PROVIDERS: Provider[] = [
  {
    provide: RESERVATION_STRATEGY,
    inject: [CONFIG, LockManager, Database, Metrics],
    useFactory: chooseStrategy,
  },
  {
    provide: OrderPlacement,
    inject: [RESERVATION_STRATEGY, Database, Metrics, CONFIG],
    useFactory: (strategy: ReservationStrategy, database: Database, metrics: Metrics, config: Config) =>
      new OrderPlacement(strategy, database, metrics, {
        deadlineMs: config.orderDeadlineMs,
        capacity: config.laneCapacity,
      }),
  },
];

function chooseStrategy(
  { strategy }: Config,
  locks: LockManager,
  database: Database,
  metrics: Metrics,
): ReservationStrategy {
  switch (strategy) {
    case 'per-order':
      return new PerOrderStrategy(locks, database, metrics);
    case 'unguarded':
      return new UnguardedStrategy(database);
  }
}
