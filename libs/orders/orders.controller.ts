import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  answerWith,
  ApiIdempotencyKey,
  ApiProblems,
  BuyerId,
  ForBuyers,
  IdempotencyKey,
  markReplay,
  PageQuery,
  type ProblemDocument,
  readCursor,
  UuidParam,
} from '#platform';
import { CreateOrder, OrderPage, OrderView } from './order.dto.js';
import { OrdersService } from './orders.service.js';

@ApiTags('storefront')
@ApiBearerAuth('buyer')
@ForBuyers()
@Controller('v1/orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  @ApiIdempotencyKey('required')
  @ApiCreatedResponse({
    type: OrderView,
    description: 'The order, its stock reserved until expiresAt',
    headers: { Location: { schema: { type: 'string' } } },
  })
  @ApiProblems(
    'not_found',
    'sold_out',
    'purchase_limit_reached',
    'sale_not_started',
    'sale_paused',
    'price_changed',
    'sale_ended',
    'item_not_in_sale',
    'duplicate_item',
    'overloaded',
    'outcome_unknown',
  )
  async create(
    @BuyerId() buyerId: string,
    @IdempotencyKey('required') key: string,
    @Body() body: CreateOrder,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrderView | ProblemDocument> {
    const outcome = await this.orders.create(buyerId, key, body);
    if (outcome.kind === 'refused') return answerWith(reply, outcome);
    void reply.header('Location', `/v1/orders/${outcome.order.id}`);
    markReplay(reply, outcome.replayed);
    return outcome.order;
  }

  @Get()
  @ApiOkResponse({ type: OrderPage })
  list(@BuyerId() buyerId: string, @Query() query: PageQuery): Promise<OrderPage> {
    return this.orders.list(buyerId, readCursor(query.cursor));
  }

  @Get(':id')
  @ApiOkResponse({ type: OrderView })
  read(@BuyerId() buyerId: string, @Param('id', UuidParam) id: string): Promise<OrderView> {
    return this.orders.read(buyerId, id);
  }

  @Post(':id/cancellation')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView, description: 'The cancelled order; its stock is free again' })
  @ApiProblems('invalid_order_state', 'payment_in_progress')
  cancel(@BuyerId() buyerId: string, @Param('id', UuidParam) id: string): Promise<OrderView> {
    return this.orders.cancel(buyerId, id);
  }
}
