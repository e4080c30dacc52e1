import { createHash } from 'node:crypto';
import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, readCursor, toPage, UuidParam } from '#platform';
import { SaleReader, storefrontView } from './sale-reader.js';
import { SalePage, SaleQuery, SaleView } from './sale.dto.js';

@ApiTags('storefront')
@Public()
@Controller('v1/sales')
export class SalesController {
  constructor(private readonly reader: SaleReader) {}

  @Get()
  @ApiOkResponse({ type: SalePage })
  async list(@Query() query: SaleQuery): Promise<SalePage> {
    return toPage(await this.reader.list(query.status, readCursor(query.cursor)), storefrontView);
  }

  @Get(':saleId')
  @ApiOkResponse({ type: SaleView, headers: { ETag: { schema: { type: 'string' } } } })
  async read(
    @Param('saleId', UuidParam) saleId: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SaleView | undefined> {
    const sale = storefrontView(await this.reader.read(saleId));
    const etag = etagOf(sale);
    void reply.headers({ etag, 'cache-control': 'no-cache' });
    if (known?.split(',').some((candidate) => candidate.trim() === etag)) {
      void reply.status(304);
      return undefined;
    }
    return sale;
  }
}

/** Weak, because the server's time moves while everything else stays. */
function etagOf({ serverTime, ...sale }: SaleView): string {
  return `W/"${createHash('sha1').update(JSON.stringify(sale)).digest('base64url')}"`;
}
