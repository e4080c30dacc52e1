import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, readCursor, toPage, UuidParam } from '#platform';
import { SalePages } from './sale-pages.js';
import { SaleReader, storefrontView } from './sale-reader.js';
import { SalePage, SaleQuery, SaleView } from './sale.dto.js';

@ApiTags('storefront')
@Public()
@Controller('v1/sales')
export class SalesController {
  constructor(
    private readonly reader: SaleReader,
    private readonly pages: SalePages,
  ) {}

  @Get()
  @ApiOkResponse({ type: SalePage })
  async list(@Query() query: SaleQuery): Promise<SalePage> {
    return toPage(await this.reader.list(query.status, readCursor(query.cursor)), storefrontView);
  }

  @Get(':saleId')
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of the page that is known' })
  @ApiOkResponse({ type: SaleView, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiResponse({ status: 304, description: 'It is as it was' })
  async read(
    @Param('saleId', UuidParam) saleId: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SaleView | undefined> {
    const { sale, etag } = await this.pages.read(saleId);
    void reply.headers({ etag, 'cache-control': 'no-cache' });
    if (known?.split(',').some((candidate) => candidate.trim() === etag)) {
      void reply.status(304);
      return undefined;
    }
    return sale;
  }
}
