import { NestFactory } from '@nestjs/core';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Metrics, NestLogger, type Logger } from '#platform';
import { createHttpServer, HttpAdapter } from './http-server.js';
import { observeRequests } from './observe-requests.js';

/** A module behind our HTTP server, with its requests counted and logged. */
export async function createHttpApp(
  module: DynamicModule,
  logger: Logger,
  { trustedProxies }: { readonly trustedProxies?: readonly string[] } = {},
): Promise<NestFastifyApplication> {
  const adapter = new HttpAdapter(createHttpServer(trustedProxies));
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false, // JSON alone, by the parser of createHttpServer
  });
  observeRequests(app.getHttpAdapter().getInstance(), { logger, metrics: app.get(Metrics) });
  return app;
}
