import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { LockModule } from '#lock/nest';
import { OrderArchive, ReconciliationService, ReservationEnds } from '#orders';
import { Outbox, OutboxRelay, ShopWebhook } from '#outbox';
import { DuePayments, PAYMENT_GATEWAY, SandboxGateway, Settlement, type PaymentGateway } from '#payments';
import {
  CONFIG,
  Database,
  DatabaseClock,
  Metrics,
  PlatformModule,
  ProblemFilter,
  WebhookSignature,
  type WorkerConfig,
} from '#platform';
import { lockOptions } from '../shared/lock-options.js';
import { HealthController } from '../shared/operations/health.controller.js';
import { MetricsController } from '../shared/operations/metrics.controller.js';
import { Readiness } from '../shared/operations/readiness.js';
import { ExpirySweepJob } from './expiry-sweep.job.js';
import { OrderArchiveJob } from './order-archive.job.js';
import { OutboxRelayJob } from './outbox-relay.job.js';
import { PaymentsJob } from './payments.job.js';
import { ReconciliationJob } from './reconciliation.job.js';

/** What goes on in the background. Any number of replicas may run; over HTTP they tell their health and metrics alone. */
@Module({})
export class WorkerModule {
  static forRoot(config: WorkerConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PlatformModule.forRoot(config),
        LockModule.forRootAsync({ inject: [CONFIG, Metrics], useFactory: lockOptions }),
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
          provide: PAYMENT_GATEWAY,
          inject: [Database],
          useFactory: (database: Database) => new SandboxGateway(database),
        },
        {
          provide: DuePayments,
          inject: [Database, PAYMENT_GATEWAY, Metrics],
          useFactory: (database: Database, gateway: PaymentGateway, metrics: Metrics) =>
            new DuePayments(database, gateway, new Settlement(database, metrics)),
        },
        ReconciliationService,
        {
          provide: OutboxRelayJob,
          inject: [CONFIG, Database, DatabaseClock, Metrics],
          useFactory: outboxRelayJob,
        },
        PaymentsJob,
        ReconciliationJob,
        ExpirySweepJob,
        OrderArchiveJob,
      ],
    };
  }
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
