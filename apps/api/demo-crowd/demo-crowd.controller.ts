import { Body, Controller, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ApiProblems,
  CONFIG,
  ForAdministrators,
  IdempotencyKey,
  ProblemError,
  type Config,
} from '#platform';
import { DemoCrowdView, StartDemoCrowd } from './demo-crowd.dto.js';
import { DemoCrowd } from './demo-crowd.js';

/** A crowd at the push of a button, so that a visitor sees a sale sell out. Production has no such route. */
@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/demo-crowd')
export class DemoCrowdController {
  constructor(
    private readonly crowd: DemoCrowd,
    private readonly requests: AdminRequests,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiIdempotencyKey('optional')
  @ApiProblems('not_found')
  @ApiAcceptedResponse({ type: DemoCrowdView, description: 'They are on their way' })
  async start(
    @IdempotencyKey('optional') key: string | undefined,
    @Body() body: StartDemoCrowd,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DemoCrowdView> {
    if (this.config.production)
      throw new ProblemError('not_found', 'There is no demonstration in production.');
    if (this.config.buyerJwtSecrets.length === 0)
      throw new ProblemError('not_found', 'There is no demonstration without BUYER_JWT_SECRET.');
    const request = { key, route: 'POST /v1/admin/demo-crowd', body };
    const itemIds = await this.crowd.itemsOf(body.saleId);
    return this.requests.once(request, reply, () => Promise.resolve(this.crowd.start(body, itemIds)));
  }
}
