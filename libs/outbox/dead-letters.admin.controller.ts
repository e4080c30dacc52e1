import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ForAdministrators,
  IdempotencyKey,
  PageQuery,
  readCursor,
  UuidParam,
} from '#platform';
import { DeadLetterPage, Replayed } from './dead-letter.dto.js';
import { DeadLetters } from './dead-letters.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/dead-letters')
export class DeadLettersAdminController {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly requests: AdminRequests,
  ) {}

  @Get()
  @ApiOkResponse({ type: DeadLetterPage, description: 'Newest first' })
  list(@Query() query: PageQuery): Promise<DeadLetterPage> {
    return this.deadLetters.list(readCursor(query.cursor));
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiIdempotencyKey('optional')
  @ApiAcceptedResponse({ type: Replayed, description: 'It is sent again; 0 where it is under way already' })
  replay(
    @Param('id', UuidParam) id: string,
    @IdempotencyKey('optional') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Replayed> {
    const request = { key, route: `POST /v1/admin/dead-letters/${id}/replay`, body: {} };
    return this.requests.once(request, reply, (manager) => this.deadLetters.replay(manager, id));
  }

  @Post('replay')
  @HttpCode(202)
  @ApiIdempotencyKey('optional')
  @ApiAcceptedResponse({
    type: Replayed,
    description: 'All of them are sent again, the 10,000 oldest where there are more',
  })
  replayAll(
    @IdempotencyKey('optional') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Replayed> {
    const request = { key, route: 'POST /v1/admin/dead-letters/replay', body: {} };
    return this.requests.once(request, reply, (manager) => this.deadLetters.replayAll(manager));
  }
}
