import { randomUUID } from 'node:crypto';
import { Controller, Get, Header, Inject, Optional } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { FallbackLockProvider, LockManager } from '#lock';
import {
  ApiProblems,
  BuyerIdentity,
  CONFIG,
  migrationState,
  ProblemError,
  Public,
  type WorkerConfig,
} from '#platform';
import { Readiness } from './readiness.js';

const PROBE = `health:locks:${randomUUID()}:probe`;

export class LivenessView {
  @ApiProperty({ enum: ['ok'] }) status: 'ok';
}

export class DependencyView {
  @ApiProperty({ enum: ['up', 'degraded', 'down'] }) status: 'up' | 'degraded' | 'down';
  @ApiPropertyOptional({ description: 'Of the lock store' }) provider?: string;
  @ApiPropertyOptional({ description: 'Of a chain of two providers: which one serves' }) state?: string;
}

@ApiExtraModels(DependencyView)
export class ReadinessView {
  @ApiProperty({ enum: ['ok', 'degraded'] }) status: 'ok' | 'degraded';
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(DependencyView) },
    example: { postgresql: { status: 'up' }, migrations: { status: 'up' }, redis: { status: 'up' } },
  })
  details: Record<string, DependencyView>;
}

/**
 * Liveness asks nothing of others. Readiness needs PostgreSQL; without the lock store the service is degraded, and
 * serves. The store goes by its name, `redis`, or as `locks` where it is another. A process that can let in no buyer is
 * not ready, until its identity provider has been heard once.
 */
@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly locks: LockManager,
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: WorkerConfig,
    @Optional() private readonly buyers?: BuyerIdentity, // the worker has none
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: LivenessView })
  live(): LivenessView {
    return { status: 'ok' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: ReadinessView })
  @ApiProblems('dependency_unavailable')
  async ready(): Promise<ReadinessView> {
    if (this.readiness.stopping)
      throw new ProblemError('dependency_unavailable', 'This process is stopping.');
    const { details } = await this.requirePostgres();
    const others = { ...this.requireIdentity(), ...(await this.lockStores()) };
    const isWell = Object.values(others).every(({ status }) => status === 'up');
    return { status: isWell ? 'ok' : 'degraded', details: { ...details, ...others } };
  }

  private async requirePostgres(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([() => this.database(), () => this.migrations()]);
    } catch (error) {
      throw new ProblemError('dependency_unavailable', 'PostgreSQL or its migrations are not ready.', {
        cause: error,
      });
    }
  }

  private requireIdentity(): Record<string, DependencyView> {
    const status = this.buyers?.state;
    if (status === 'down') {
      const detail =
        'No buyer can be let in: the keys at BUYER_JWKS_URL have not been loaded. The log says why.';
      throw new ProblemError('dependency_unavailable', detail);
    }
    return status ? { identityProvider: { status } } : {};
  }

  private async database() {
    const indicator = this.indicators.check('postgresql');
    try {
      await this.dataSource.query('SELECT 1');
      return indicator.up();
    } catch {
      return indicator.down();
    }
  }

  private async migrations() {
    const indicator = this.indicators.check('migrations');
    try {
      const { pending } = await migrationState(this.dataSource);
      return pending.length === 0 ? indicator.up() : indicator.down({ pending });
    } catch {
      return indicator.down();
    }
  }

  /**
   * Redis goes by its name; what else keeps the locks, or stands in for Redis, is told as `locks`. On the fallback the
   * service is degraded too: somebody has to see to the other store.
   */
  private async lockStores(): Promise<Record<string, DependencyView>> {
    const { provider } = this.locks;
    const takesLocks = await this.takesLocks(); // before the look at the chain, which may learn from it
    const chain = provider instanceof FallbackLockProvider ? { state: provider.state } : undefined;
    const isWell = takesLocks && (!chain || chain.state === 'primary');
    const status = isWell ? 'up' : 'degraded';
    return {
      ...(this.config.lockProvider === 'redis' ? { redis: { status } } : {}),
      ...(provider.name === 'redis' ? {} : { locks: { status, provider: provider.name, ...chain } }),
    };
  }

  /** What orders need of the store: a lock, which one that is full or read-only refuses. */
  private async takesLocks(): Promise<boolean> {
    try {
      const lock = await this.locks.tryAcquire(PROBE, { leaseMs: 1_000 });
      await lock?.release();
      return true;
    } catch {
      return false;
    }
  }
}
