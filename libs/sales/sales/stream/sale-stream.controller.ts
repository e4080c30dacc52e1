import { finished } from 'node:stream';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, clientOf, Public, UuidParam } from '#platform';
import { SaleEvent, StockEvent } from '../sale.dto.js';
import { SaleStreams } from './sale-streams.js';

@ApiTags('storefront')
@Public()
@Controller('v1/sales/:saleId/stream')
export class SaleStreamController {
  constructor(private readonly streams: SaleStreams) {}

  @Get()
  @ApiExtraModels(SaleEvent, StockEvent)
  @ApiOkResponse({
    description:
      'Server-sent events: `sale` (SaleEvent) and `stock` (StockEvent), all of them at first, then each that changes',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiProblems('rate_limited', 'overloaded')
  async watch(
    @Param('saleId', UuidParam) saleId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const events = await this.streams.watch(saleId, clientOf(request.ip));
    finished(reply.raw, () => events.destroy()); // nobody reads the stream of a HEAD, nor of a client that has gone
    void reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no', // a proxy passes each event on at once
      })
      .send(events);
  }
}
