import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ApiProblems,
  executorOf,
  ForAdministrators,
  IdempotencyKey,
  UuidParam,
} from '#platform';
import { eraseBuyer } from './buyer-erasure.js';
import { BuyerErasureView } from './buyer-erasure.dto.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/buyers')
export class BuyersAdminController {
  constructor(private readonly requests: AdminRequests) {}

  @Post(':buyerId/erasure')
  @HttpCode(200)
  @ApiIdempotencyKey('optional')
  @ApiOkResponse({
    type: BuyerErasureView,
    description: 'The buyer is forgotten; their orders stay, under a pseudonym. Again it finds none',
  })
  @ApiProblems('invalid_order_state')
  erase(
    @Param('buyerId', UuidParam) buyerId: string,
    @IdempotencyKey('optional') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BuyerErasureView> {
    // The buyer is part of what the digest is made of, and of nothing that is kept.
    const request = { key, route: 'POST /v1/admin/buyers/{buyerId}/erasure', body: { buyerId } };
    return this.requests.once(request, reply, (manager) => eraseBuyer(executorOf(manager), buyerId));
  }
}
