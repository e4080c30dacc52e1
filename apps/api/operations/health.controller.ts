import { randomUUID } from 'node:crypto';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { LockManager } from '#lock';
import { pendingMigrations, ProblemError, Public } from '#platform';
import { Readiness } from './readiness.js';

const PROBE = `health:redis:${randomUUID()}`;

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
  @HealthCheck()
  async ready(): Promise<HealthCheckResult> {
    if (this.readiness.stopping)
      throw new ProblemError('dependency_unavailable', 'This process is stopping.');
    try {
      return await this.health.check([() => this.database(), () => this.migrations(), () => this.redis()]);
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

  private async redis() {
    const indicator = this.indicators.check('redis');
    try {
      // What orders need of it: taking a lock, which a store that is full or read-only refuses.
      const lock = await this.locks.tryAcquire(PROBE, { leaseMs: 1_000 });
      await lock?.release();
      return indicator.up({ degraded: false });
    } catch {
      return indicator.up({ degraded: true });
    }
  }
}
