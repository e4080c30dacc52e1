import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ForAdministrators } from '#platform';
import { Outbox, type OutboxDepth } from './outbox.js';

export class OutboxView implements OutboxDepth {
  @ApiProperty({ type: 'integer' }) pending: number;
  @ApiProperty({ type: 'integer', description: 'Dead letters' }) dead: number;
  @ApiProperty({ description: 'Age of the oldest pending event, in seconds' }) lagSec: number;
}

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/outbox')
export class OutboxAdminController {
  constructor(private readonly outbox: Outbox) {}

  @Get()
  @ApiOkResponse({ type: OutboxView, description: 'What the shop has not been told yet' })
  read(): Promise<OutboxView> {
    return this.outbox.depth();
  }
}
