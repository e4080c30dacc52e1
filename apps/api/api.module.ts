import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LockModule } from '#lock/nest';
import { OrdersModule } from '#orders';
import { OutboxModule } from '#outbox';
import { PaymentsModule } from '#payments';
import {
  AccessGuard,
  AccessModule,
  AddressRateLimitGuard,
  BuyerRateLimitGuard,
  CONFIG,
  Metrics,
  PlatformModule,
  ProblemFilter,
  RateLimitModule,
  type Config,
} from '#platform';
import { SalesModule } from '#sales';
import { DemoCrowd } from './demo-crowd/demo-crowd.js';
import { DemoCrowdController } from './demo-crowd/demo-crowd.controller.js';
import { GuestsController } from './guests/guests.controller.js';
import { lockOptions } from '../shared/lock-options.js';
import { HealthController } from '../shared/operations/health.controller.js';
import { LocksAdminController } from './operations/locks.admin.controller.js';
import { MetricsController } from '../shared/operations/metrics.controller.js';
import { Readiness } from '../shared/operations/readiness.js';

/** LOCK_LEASE_MS at its largest. */
const MAX_LEASE_MS = 10_000;

@Module({})
export class ApiModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PlatformModule.forRoot(config),
        AccessModule,
        RateLimitModule,
        LockModule.forRootAsync({ inject: [CONFIG, Metrics], useFactory: lockOptions(MAX_LEASE_MS) }),
        TerminusModule.forRoot({ logger: false }),
        SalesModule,
        OrdersModule,
        PaymentsModule,
        OutboxModule,
      ],
      controllers: [
        DemoCrowdController,
        GuestsController,
        HealthController,
        LocksAdminController,
        MetricsController,
      ],
      providers: [
        DemoCrowd,
        Readiness,
        { provide: APP_GUARD, useClass: AddressRateLimitGuard },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: BuyerRateLimitGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
