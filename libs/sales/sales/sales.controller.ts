import { createHash } from 'node:crypto';
import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, readCursor, toPage, UuidParam } from '#platform';
import { SaleReader, storefrontView } from './sale-reader.js';
import { SalePage, SaleQuery, SaleView } from './sale.dto.js';
import { SharedReads } from './shared-reads.js';

@ApiTags('storefront')
@Public()
@Controller('v1/sales')
export class SalesController {
  /** The page that everybody reloads at noon costs one statement at a time, and its ETag is worked out once for each. */
  private readonly pages = new SharedReads(async (saleId) => {
    const sale = storefrontView(await this.reader.read(saleId));
    return { sale, etag: etagOf(sale) };
  });

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
    const { sale, etag } = await this.pages.read(saleId);
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
