import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LockModule, RedisLockProvider, type LockProvider } from '#lock';
import { OrdersModule } from '#orders';
import { AccessGuard, CONFIG, PlatformModule, ProblemFilter, type Config } from '#platform';
import { SalesModule } from '#sales';
import { GuestsController } from './guests/guests.controller.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { Readiness } from './operations/readiness.js';

@Module({})
export class ApiModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PlatformModule.forRoot(config),
        LockModule.forRootAsync({
          inject: [CONFIG],
          useFactory: (config: Config) => LOCK_PROVIDERS[config.lockProvider](config),
        }),
        TerminusModule.forRoot({ logger: false }),
        SalesModule,
        OrdersModule,
      ],
      controllers: [GuestsController, HealthController, MetricsController],
      providers: [
        Readiness,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

/** What LOCK_PROVIDER chooses from. */
const LOCK_PROVIDERS: Record<Config['lockProvider'], (config: Config) => LockProvider> = {
  redis: ({ redisUrl }) => new RedisLockProvider({ url: redisUrl }),
};
