import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ForAdministrators, PageQuery, readCursor, UuidParam } from '#platform';
import { DeadLetterPage, Replayed } from './dead-letter.dto.js';
import { DeadLetters } from './dead-letters.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/dead-letters')
export class DeadLettersAdminController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Get()
  @ApiOkResponse({ type: DeadLetterPage, description: 'Newest first' })
  list(@Query() query: PageQuery): Promise<DeadLetterPage> {
    return this.deadLetters.list(readCursor(query.cursor));
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: Replayed, description: 'It is sent again; 0 where it is under way already' })
  async replay(@Param('id', UuidParam) id: string): Promise<Replayed> {
    return { replayed: await this.deadLetters.replay(id) };
  }

  @Post('replay')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: Replayed, description: 'All of them are sent again' })
  async replayAll(): Promise<Replayed> {
    return { replayed: await this.deadLetters.replayAll() };
  }
}
