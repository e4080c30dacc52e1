import type { Provider } from '@nestjs/common';
import { LockManager } from '#lock';
import { CONFIG, Database, Metrics, type Config, type StrategyName } from '#platform';
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
import { WarmUp } from './warm-up.js';

/** The gate reads on two connections of its own, whatever the orders do with theirs. */
const GATE_DATABASE = Symbol('GateDatabase');
/** Of the 10 s in which a process that was told to stop has ended. */
const DRAIN_MS = 6_000;

export const PLACEMENT_PROVIDERS: Provider[] = [
  {
    provide: GATE_DATABASE,
    inject: [CONFIG],
    useFactory: ({ databaseUrl, preparedStatements }: Config) =>
      new Database({ url: databaseUrl, poolSize: 2, preparedStatements }),
  },
  {
    provide: RESERVATION_STRATEGY,
    inject: [CONFIG, LockManager, Database, GATE_DATABASE, Metrics],
    useFactory: chooseStrategy,
  },
  {
    provide: Gate,
    inject: [GATE_DATABASE],
    useFactory: (gateDatabase: Database) => new Gate(gateDatabase),
  },
  {
    provide: WarmUp,
    inject: [Database, Gate],
    useFactory: (database: Database, gate: Gate) => new WarmUp(database, gate),
  },
  {
    provide: OrderPlacement,
    inject: [RESERVATION_STRATEGY, Gate, Metrics, CONFIG],
    useFactory: (strategy: ReservationStrategy, gate: Gate, metrics: Metrics, config: Config) =>
      new OrderPlacement(strategy, gate, metrics, {
        deadlineMs: config.orderDeadlineMs,
        capacity: config.laneCapacity,
        drainMs: DRAIN_MS,
      }),
  },
];

/** What a strategy is made of. */
interface Parts {
  readonly config: Config;
  readonly locks: LockManager;
  readonly database: Database;
  readonly gateDatabase: Database;
  readonly metrics: Metrics;
}

/** What RESERVATION_STRATEGY chooses from. */
const STRATEGIES: Record<StrategyName, (parts: Parts) => ReservationStrategy> = {
  batched: ({ config, locks, database, metrics }) => {
    const { laneBatchSize: batchSize, orderDeadlineMs: deadlineMs, lockLeaseMs: leaseMs } = config;
    return new BatchedStrategy(locks, database, metrics, { batchSize, deadlineMs, leaseMs });
  },
  'per-order': ({ config, locks, database, metrics }) =>
    new PerOrderStrategy(locks, database, metrics, { leaseMs: config.lockLeaseMs }),
  'row-lock': ({ database }) => new RowLockStrategy(database),
  conditional: ({ database }) => new ConditionalStrategy(database),
  optimistic: ({ database }) => new OptimisticStrategy(database),
  'global-lock': ({ config, locks, database, metrics }) =>
    new GlobalLockStrategy(locks, database, metrics, { leaseMs: config.lockLeaseMs }),
  'redis-first': ({ config, database, gateDatabase, metrics }) =>
    new RedisFirstStrategy(config, database, gateDatabase, metrics),
  unguarded: ({ database }) => new UnguardedStrategy(database),
  noop: () => new NoopStrategy(),
};

function chooseStrategy(
  config: Config,
  locks: LockManager,
  database: Database,
  gateDatabase: Database,
  metrics: Metrics,
): ReservationStrategy {
  return STRATEGIES[config.strategy]({ config, locks, database, gateDatabase, metrics });
}
