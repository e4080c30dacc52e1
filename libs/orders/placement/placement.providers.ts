import type { Provider } from '@nestjs/common';
import { LockManager } from '#lock';
import { CONFIG, Database, Metrics, type Config } from '#platform';
import { Gate } from './gate.js';
import { OrderPlacement } from './order-placement.js';
import { RESERVATION_STRATEGY, type ReservationStrategy } from './reservation-strategy.js';
import { BatchedStrategy } from './strategies/batched.strategy.js';
import { ConditionalStrategy } from './strategies/conditional.strategy.js';
import { GlobalLockStrategy } from './strategies/global-lock.strategy.js';
import { NoopStrategy } from './strategies/noop.strategy.js';
import { OptimisticStrategy } from './strategies/optimistic.strategy.js';
import { PerOrderStrategy } from './strategies/per-order.strategy.js';
import { RedisFirstStrategy } from './strategies/redis-first.strategy.js';
import { RowLockStrategy } from './strategies/row-lock.strategy.js';
import { UnguardedStrategy } from './strategies/unguarded.strategy.js';

/** The gate reads on a connection of its own: one statement at a time, whatever the orders do with theirs. */
const GATE_DATABASE = Symbol('GateDatabase');
/** Of the 10 s in which a process that was told to stop has ended. */
const DRAIN_MS = 6_000;

export const PLACEMENT_PROVIDERS: Provider[] = [
  {
    provide: GATE_DATABASE,
    inject: [CONFIG],
    useFactory: ({ databaseUrl }: Config) => new Database({ url: databaseUrl, poolSize: 1 }),
  },
  {
    provide: RESERVATION_STRATEGY,
    inject: [CONFIG, LockManager, Database, GATE_DATABASE, Metrics],
    useFactory: chooseStrategy,
  },
  {
    provide: OrderPlacement,
    inject: [RESERVATION_STRATEGY, GATE_DATABASE, Metrics, CONFIG],
    useFactory: (strategy: ReservationStrategy, gateDatabase: Database, metrics: Metrics, config: Config) =>
      new OrderPlacement(strategy, new Gate(gateDatabase), metrics, {
        deadlineMs: config.orderDeadlineMs,
        capacity: config.laneCapacity,
        drainMs: DRAIN_MS,
      }),
  },
];

function chooseStrategy(
  config: Config,
  locks: LockManager,
  database: Database,
  gateDatabase: Database,
  metrics: Metrics,
): ReservationStrategy {
  const { laneBatchSize: batchSize, orderDeadlineMs: deadlineMs, lockLeaseMs: leaseMs } = config;
  switch (config.strategy) {
    case 'batched':
      return new BatchedStrategy(locks, database, metrics, { batchSize, deadlineMs, leaseMs });
    case 'per-order':
      return new PerOrderStrategy(locks, database, metrics, { leaseMs });
    case 'row-lock':
      return new RowLockStrategy(database);
    case 'conditional':
      return new ConditionalStrategy(database);
    case 'optimistic':
      return new OptimisticStrategy(database);
    case 'global-lock':
      return new GlobalLockStrategy(locks, database, metrics, { leaseMs });
    case 'redis-first':
      return new RedisFirstStrategy(config.redisUrl, database, gateDatabase, metrics);
    case 'unguarded':
      return new UnguardedStrategy(database);
    case 'noop':
      return new NoopStrategy();
  }
}
