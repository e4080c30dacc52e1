import { Body, Controller, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  AdminRequests,
  ApiIdempotencyKey,
  ApiProblems,
  ForAdministrators,
  IdempotencyKey,
  UuidParam,
} from '#platform';
import { SaleReader } from './sale-reader.js';
import { AdminSaleView, CreateSale, UpdateSale } from './sale.dto.js';
import { SalesService } from './sales.service.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/sales')
export class SalesAdminController {
  constructor(
    private readonly sales: SalesService,
    private readonly reader: SaleReader,
    private readonly requests: AdminRequests,
  ) {}

  @Post()
  @ApiIdempotencyKey('optional')
  @ApiCreatedResponse({ type: AdminSaleView })
  @ApiProblems('duplicate_item', 'currency_mismatch')
  create(
    @IdempotencyKey('optional') key: string | undefined,
    @Body() body: CreateSale,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdminSaleView> {
    const request = { key, route: 'POST /v1/admin/sales', body };
    return this.requests.once(request, reply, async (manager) =>
      this.reader.read(await this.sales.create(manager, body), manager),
    );
  }

  @Patch(':id')
  @ApiOkResponse({ type: AdminSaleView })
  async update(@Param('id', UuidParam) id: string, @Body() body: UpdateSale): Promise<AdminSaleView> {
    await this.sales.update(id, body);
    return this.reader.read(id);
  }
}
