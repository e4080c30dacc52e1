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
  markReplay,
  UuidParam,
} from '#platform';
import { RefundOrder } from './payment.dto.js';
import { Refunds } from './refunds.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/orders/:id/refund')
export class RefundsAdminController {
  constructor(
    private readonly refunds: Refunds,
    private readonly requests: AdminRequests,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiIdempotencyKey('required')
  @ApiOkResponse({ type: AdminOrderView, description: 'refund_pending until the gateway has the money back' })
  @ApiProblems('invalid_order_state')
  async refund(
    @Param('id', UuidParam) id: string,
    @IdempotencyKey('required') key: string,
    @Body() body: RefundOrder,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminOrderView> {
    const request = { key, route: `POST /v1/admin/orders/${id}/refund`, body };
    const { answer, replayed } = await this.requests.once(request, (manager) =>
      this.refunds.begin(manager, id, body),
    );
    markReplay(reply, replayed);
    return answer;
  }
}
