import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AdminOrderView } from '#orders';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ApiProblems,
  ForAdministrators,
  IdempotencyKey,
  UuidParam,
} from '#platform';
import { RefundOrder } from './payment.dto.js';
import { RefundRequests } from './refund-requests.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/orders/:id/refund')
export class RefundsAdminController {
  constructor(
    private readonly refunds: RefundRequests,
    private readonly requests: AdminRequests,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiIdempotencyKey('required')
  @ApiOkResponse({ type: AdminOrderView, description: 'refund_pending until the gateway has the money back' })
  @ApiProblems('invalid_order_state')
  refund(
    @Param('id', UuidParam) id: string,
    @IdempotencyKey('required') key: string,
    @Body() body: RefundOrder,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminOrderView> {
    const request = { key, route: `POST /v1/admin/orders/${id}/refund`, body };
    return this.requests.once(request, reply, (manager) => this.refunds.begin(manager, id, body));
  }
}
