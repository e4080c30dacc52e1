import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { LockModule } from '#lock/nest';
import { OrderArchive, ReconciliationService, ReservationEnds, unsoldOrders } from '#orders';
import { oldDeadLetters, Outbox, OutboxRelay, ShopWebhook } from '#outbox';
import { DuePayments, oldPaymentEvents, PAYMENT_PROVIDER, Settlement } from '#payments';
import {
  CONFIG,
  Database,
  DatabaseClock,
  Metrics,
  oldAdminRequests,
  PlatformModule,
  ProblemFilter,
  WebhookSignature,
  type WorkerConfig,
} from '#platform';
import { lockOptions } from '../shared/lock-options.js';
import { HealthController } from '../shared/operations/health.controller.js';
import { MetricsController } from '../shared/operations/metrics.controller.js';
import { Readiness } from '../shared/operations/readiness.js';
import { BacklogJob } from './backlog.job.js';
import { ExpirySweepJob } from './expiry-sweep.job.js';
import { OrderArchiveJob } from './order-archive.job.js';
import { OutboxRelayJob } from './outbox-relay.job.js';
import { PaymentsJob } from './payments.job.js';
import { ReconciliationJob } from './reconciliation.job.js';
import { RetentionJob } from './retention.job.js';

/** A job keeps the others from its work until its next round; the rarest comes every five minutes. */
const MAX_LEASE_MS = 300_000;

/** What goes on in the background. Any number of replicas may run; over HTTP they tell their health and metrics alone. */
@Module({})
export class WorkerModule {
  static forRoot(config: WorkerConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PlatformModule.forRoot(config),
        LockModule.forRootAsync({ inject: [CONFIG, Metrics], useFactory: lockOptions(MAX_LEASE_MS) }),
        ScheduleModule.forRoot(),
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        Readiness,
        { provide: APP_FILTER, useClass: ProblemFilter },
        {
          provide: OrderArchive,
          inject: [Database],
          useFactory: (database: Database) => new OrderArchive(database),
        },
        {
          provide: ReservationEnds,
          inject: [Database],
          useFactory: (database: Database) => new ReservationEnds(database),
        },
        {
          provide: DuePayments,
          inject: [CONFIG, Database, Metrics],
          useFactory: (config: WorkerConfig, database: Database, metrics: Metrics) => {
            const gateway = PAYMENT_PROVIDER.openGateway(config, database);
            return new DuePayments(database, gateway, new Settlement(database, metrics));
          },
        },
        ReconciliationService,
        {
          provide: OutboxRelayJob,
          inject: [CONFIG, Database, DatabaseClock, Metrics],
          useFactory: outboxRelayJob,
        },
        BacklogJob,
        {
          provide: RetentionJob,
          inject: [CONFIG, Database, Metrics],
          useFactory: retentionJob,
        },
        PaymentsJob,
        ReconciliationJob,
        ExpirySweepJob,
        OrderArchiveJob,
      ],
    };
  }
}

function retentionJob(
  { retentionOrdersDays, retentionRequestsDays }: WorkerConfig,
  database: Database,
  metrics: Metrics,
): RetentionJob {
  const retentions = [
    oldDeadLetters(retentionOrdersDays), // before their orders, which stay as long as they
    unsoldOrders(retentionOrdersDays),
    oldPaymentEvents(retentionRequestsDays),
    oldAdminRequests(retentionRequestsDays),
  ];
  return new RetentionJob(database, retentions, metrics);
}

function outboxRelayJob(
  { shopWebhookUrl, shopWebhookSecrets, shopWebhookAttempts }: WorkerConfig,
  database: Database,
  clock: DatabaseClock,
  metrics: Metrics,
): OutboxRelayJob {
  const shop =
    shopWebhookUrl && new ShopWebhook(shopWebhookUrl, new WebhookSignature(shopWebhookSecrets), clock);
  const relay = shop ? new OutboxRelay(database, shop, shopWebhookAttempts) : undefined;
  return new OutboxRelayJob(new Outbox(database), relay, metrics);
}
