import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Database, Metrics, Public } from '#platform';

@ApiTags('operations')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: Database,
  ) {}

  @Get()
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  read(): Promise<string> {
    const { totalCount, idleCount, waitingCount } = this.database.pool;
    this.metrics.databasePool.set({ state: 'busy' }, totalCount - idleCount);
    this.metrics.databasePool.set({ state: 'idle' }, idleCount);
    this.metrics.databasePool.set({ state: 'waiting' }, waitingCount);
    return this.metrics.registry.metrics();
  }
}
