import { randomUUID } from 'node:crypto';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { LockManager } from '#lock';
import { pendingMigrations, ProblemError, Public } from '#platform';
import { Readiness } from './readiness.js';

const PROBE = `health:redis:${randomUUID()}`;

export class ReadinessView {
  @ApiProperty({ enum: ['ok', 'degraded'] }) status: 'ok' | 'degraded';
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', properties: { status: { type: 'string' } } },
    example: { postgresql: { status: 'up' }, migrations: { status: 'up' }, redis: { status: 'up' } },
  })
  details: Record<string, { status: string }>;
}

/** Liveness asks nothing of others. Readiness needs PostgreSQL; without Redis the service is degraded, and serves. */
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
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: ReadinessView })
  async ready(): Promise<ReadinessView> {
    if (this.readiness.stopping)
      throw new ProblemError('dependency_unavailable', 'This process is stopping.');
    const { details } = await this.requirePostgres();
    const redis = await this.redisStatus();
    return { status: redis === 'up' ? 'ok' : 'degraded', details: { ...details, redis: { status: redis } } };
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
      const pending = await pendingMigrations(this.dataSource);
      return pending.length === 0 ? indicator.up() : indicator.down({ pending });
    } catch {
      return indicator.down();
    }
  }

  private async redisStatus(): Promise<'up' | 'degraded'> {
    try {
      // What orders need of it: taking a lock, which a store that is full or read-only refuses.
      const lock = await this.locks.tryAcquire(PROBE, { leaseMs: 1_000 });
      await lock?.release();
      return 'up';
    } catch {
      return 'degraded';
    }
  }
}
