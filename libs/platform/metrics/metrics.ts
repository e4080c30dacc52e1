import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const LATENCY_BUCKETS_SEC = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the service counts, for Prometheus. Labels are classes (route, code, strategy), never an item or a buyer. */
export class Metrics {
  readonly registry = new Registry();

  readonly httpRequests = new Histogram({
    name: 'holdfast_http_request_duration_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: LATENCY_BUCKETS_SEC,
    registers: [this.registry],
  });

  readonly orders = new Counter({
    name: 'holdfast_orders_total',
    help: 'Orders by outcome: accepted, replayed, or the problem code of the refusal',
    labelNames: ['strategy', 'outcome'] as const,
    registers: [this.registry],
  });

  readonly ordersWaiting = new Gauge({
    name: 'holdfast_orders_waiting',
    help: 'Orders that wait in this process or are being decided',
    registers: [this.registry],
  });

  readonly ordersCapacity = new Gauge({
    name: 'holdfast_orders_capacity',
    help: 'Orders that may wait in this process: LANE_CAPACITY',
    registers: [this.registry],
  });

  readonly orderDeadline = new Gauge({
    name: 'holdfast_order_deadline_seconds',
    help: 'How long an order may wait: ORDER_DEADLINE_MS',
    registers: [this.registry],
  });

  readonly laneBatchOrders = new Histogram({
    name: 'holdfast_lane_batch_orders',
    help: 'Orders that were placed together',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
    registers: [this.registry],
  });

  readonly ordersWithoutLock = new Counter({
    name: 'holdfast_orders_without_lock_total',
    help: 'Orders decided under the row lock alone because the lock store was away',
    registers: [this.registry],
  });

  readonly payments = new Counter({
    name: 'holdfast_payments_total',
    help: 'What was recorded of payments: captured, declined or refunded',
    labelNames: ['fact'] as const,
    registers: [this.registry],
  });

  readonly paymentAlerts = new Counter({
    name: 'holdfast_payment_alerts_total',
    help: 'Money that an administrator should look at: another amount, or an order that was past it',
    registers: [this.registry],
  });

  readonly paymentsPending = new Gauge({
    name: 'holdfast_payments_pending_seconds',
    help: 'Age of the oldest payment of which nobody knows yet what became of it',
    registers: [this.registry],
  });

  readonly reservationsOverdue = new Gauge({
    name: 'holdfast_reservations_overdue_seconds',
    help: 'For how long an unpaid order has kept its stock beyond its time, at the longest',
    registers: [this.registry],
  });

  readonly ordersExpired = new Counter({
    name: 'holdfast_orders_expired_total',
    help: 'Orders whose time was over before they were paid',
    registers: [this.registry],
  });

  readonly ordersArchived = new Counter({
    name: 'holdfast_orders_archived_total',
    help: 'Orders whose keys went from those of recent orders to those of old ones',
    registers: [this.registry],
  });

  readonly rowsRemoved = new Counter({
    name: 'holdfast_retention_removed_total',
    help: 'Rows that had had their time, by kind',
    labelNames: ['kind'] as const,
    registers: [this.registry],
  });

  readonly outboxEvents = new Gauge({
    name: 'holdfast_outbox_events',
    help: 'Events that the shop has not taken yet: pending, or dead until somebody replays them',
    labelNames: ['state'] as const,
    registers: [this.registry],
  });

  readonly outboxLag = new Gauge({
    name: 'holdfast_outbox_lag_seconds',
    help: 'Age of the oldest pending event',
    registers: [this.registry],
  });

  readonly outboxDelivered = new Counter({
    name: 'holdfast_outbox_delivered_total',
    help: 'Events that the shop has taken',
    registers: [this.registry],
  });

  readonly reconciliations = new Counter({
    name: 'holdfast_reconciliations_total',
    help: 'Sales whose books were checked on schedule: balanced, unbalanced, or unchecked where that failed',
    labelNames: ['verdict'] as const,
    registers: [this.registry],
  });

  readonly jobSuccess = new Gauge({
    name: 'holdfast_background_job_last_success_timestamp_seconds',
    help: 'When a background job last went through without a failure',
    labelNames: ['name'] as const,
    registers: [this.registry],
  });

  readonly streams = new Gauge({
    name: 'holdfast_streams',
    help: 'Live streams of sales that this process serves',
    registers: [this.registry],
  });

  readonly rateLimited = new Counter({
    name: 'holdfast_rate_limited_total',
    help: 'Requests that were turned away because their buyer or address sends too many',
    labelNames: ['limit'] as const,
    registers: [this.registry],
  });

  readonly databasePool = new Gauge({
    name: 'holdfast_database_connections',
    help: 'Connections of the order pool',
    labelNames: ['state'] as const,
    registers: [this.registry],
  });

  constructor() {
    // An increase is seen only from a value that was there before.
    for (const verdict of ['unbalanced', 'unchecked']) this.reconciliations.inc({ verdict }, 0);
    collectDefaultMetrics({ register: this.registry, prefix: 'holdfast_' });
  }
}
