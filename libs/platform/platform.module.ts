import {
  Global,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { WorkerConfig } from './config/config.js';
import { CONFIG } from './config/config.token.js';
import { DatabaseClock } from './database/clock.js';
import { dataSourceOptions } from './database/data-source.js';
import { Database } from './database/database.js';
import { missingSessionSettings } from './database/session-settings.js';
import { Metrics } from './metrics/metrics.js';
import { outsideTraces } from './tracing/tracing.js';

/** What every process needs: settings, database, clock and metrics. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly database: Database,
  ) {}

  static forRoot(config: WorkerConfig): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: Database, useFactory: () => createDatabase(config) },
      { provide: DatabaseClock, inject: [Database], useFactory: startClock },
      { provide: Metrics, useFactory: () => new Metrics() },
    ];
    return {
      module: PlatformModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(config.databaseUrl, config.databasePoolSize),
          autoLoadEntities: true,
          retryAttempts: 5,
          retryDelay: 1_000,
        }),
      ],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    const missing = await missingSessionSettings(this.database);
    if (missing.length === 0) return;
    new Logger('Database').warn(
      `${missing.join(', ')}: not as this service asks for. A pooler keeps its sessions to itself; set them there, or by ALTER ROLE.`,
    );
  }

  onApplicationShutdown(): void {
    this.clock.stop();
  }
}

function createDatabase(config: WorkerConfig): Database {
  const logger = new Logger('Database');
  return new Database({
    url: config.databaseUrl,
    poolSize: config.databasePoolSize,
    preparedStatements: config.preparedStatements,
    connectTimeoutMs: config.orderDeadlineMs, // an order may wait for a connection as long as for anything else
    // A connection is nobody's, whoever it was opened for.
    onError: (error) => outsideTraces(() => logger.warn({ err: error }, 'an idle connection was lost')),
  });
}

async function startClock(database: Database): Promise<DatabaseClock> {
  const clock = new DatabaseClock(database);
  await clock.start();
  return clock;
}
