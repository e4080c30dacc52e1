import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ApiProblems,
  ForAdministrators,
  IdempotencyKey,
  PageQuery,
  readCursor,
  UuidParam,
} from '#platform';
import { AdjustStock, CreateItem, ItemPage, ItemView, StockView, UpdateItem } from './item.dto.js';
import { ItemsService } from './items.service.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/items')
export class ItemsAdminController {
  constructor(
    private readonly items: ItemsService,
    private readonly requests: AdminRequests,
  ) {}

  @Post()
  @ApiIdempotencyKey('optional')
  @ApiCreatedResponse({ type: ItemView })
  @ApiProblems('sku_taken')
  create(
    @IdempotencyKey('optional') key: string | undefined,
    @Body() body: CreateItem,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ItemView> {
    const request = { key, route: 'POST /v1/admin/items', body };
    return this.requests.once(request, reply, (manager) => this.items.create(manager, body));
  }

  @Get()
  @ApiOkResponse({ type: ItemPage })
  list(@Query() query: PageQuery): Promise<ItemPage> {
    return this.items.list(readCursor(query.cursor));
  }

  @Get(':id')
  @ApiOkResponse({ type: ItemView })
  read(@Param('id', UuidParam) id: string): Promise<ItemView> {
    return this.items.read(id);
  }

  @Patch(':id')
  @ApiOkResponse({ type: ItemView })
  @ApiProblems('currency_mismatch')
  update(@Param('id', UuidParam) id: string, @Body() body: UpdateItem): Promise<ItemView> {
    return this.items.update(id, body);
  }

  @Post(':id/stock-adjustments')
  @ApiIdempotencyKey('required')
  @ApiCreatedResponse({ type: StockView })
  @ApiProblems('stock_below_reserved')
  adjust(
    @Param('id', UuidParam) id: string,
    @IdempotencyKey('required') key: string,
    @Body() body: AdjustStock,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StockView> {
    const request = { key, route: `POST /v1/admin/items/${id}/stock-adjustments`, body };
    return this.requests.once(request, reply, (manager) => this.items.adjust(manager, id, body));
  }
}
