import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ApiProblems,
  ForAdministrators,
  IdempotencyKey,
  readCursor,
  UuidParam,
} from '#platform';
import { AdminOrderPage, AdminOrderView, OrderQuery } from '../order.dto.js';
import { OrdersAdministration } from './orders-administration.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/orders')
export class OrdersAdminController {
  constructor(
    private readonly orders: OrdersAdministration,
    private readonly requests: AdminRequests,
  ) {}

  @Get()
  @ApiOkResponse({ type: AdminOrderPage, description: 'Newest first' })
  list(@Query() { cursor, ...filter }: OrderQuery): Promise<AdminOrderPage> {
    return this.orders.list(filter, readCursor(cursor));
  }

  @Get(':id')
  @ApiOkResponse({ type: AdminOrderView })
  read(@Param('id', UuidParam) id: string): Promise<AdminOrderView> {
    return this.orders.read(id);
  }

  @Post(':id/fulfilment')
  @HttpCode(200)
  @ApiIdempotencyKey('optional')
  @ApiOkResponse({ type: AdminOrderView, description: 'The goods have left; it cannot be refunded any more' })
  @ApiProblems('invalid_order_state')
  fulfil(
    @Param('id', UuidParam) id: string,
    @IdempotencyKey('optional') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminOrderView> {
    const request = { key, route: `POST /v1/admin/orders/${id}/fulfilment`, body: {} };
    return this.requests.once(request, reply, (manager) => this.orders.fulfil(manager, id));
  }
}
