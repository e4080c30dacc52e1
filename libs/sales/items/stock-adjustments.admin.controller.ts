import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
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
import { AdjustStocks, AdjustmentPage, AdjustmentResults } from './stock-adjustment.dto.js';
import { StockAdjustmentsService } from './stock-adjustments.service.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin')
export class StockAdjustmentsAdminController {
  constructor(
    private readonly adjustments: StockAdjustmentsService,
    private readonly requests: AdminRequests,
  ) {}

  @Post('stock-adjustments')
  @HttpCode(200)
  @ApiIdempotencyKey('required')
  @ApiOkResponse({ type: AdjustmentResults, description: 'The result of each, in the order of the request' })
  adjust(
    @IdempotencyKey('required') key: string,
    @Body() body: AdjustStocks,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdjustmentResults> {
    const request = { key, route: 'POST /v1/admin/stock-adjustments', body };
    return this.requests.once(request, reply, (manager) =>
      this.adjustments.adjust(manager, body.adjustments),
    );
  }

  @Get('items/:id/stock-adjustments')
  @ApiOkResponse({ type: AdjustmentPage, description: 'What changed its stock by hand, newest first' })
  list(@Param('id', UuidParam) id: string, @Query() query: PageQuery): Promise<AdjustmentPage> {
    return this.adjustments.list(id, readCursor(query.cursor));
  }
}
