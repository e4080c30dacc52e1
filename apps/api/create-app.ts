import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createValidationPipe, Metrics, NestLogger, type Config, type Logger } from '#platform';
import { ApiModule } from './api.module.js';
import { createHttpServer, HttpAdapter } from './http/http-server.js';
import { observeRequests } from './http/observe-requests.js';
import { sendSecurityHeaders } from './http/security-headers.js';
import { serveDocs } from './http/docs.js';
import { serveWeb } from './http/web.js';

/** The whole service, wired and not yet listening. */
export async function createApp(config: Config, logger: Logger): Promise<NestFastifyApplication> {
  const adapter = new HttpAdapter(createHttpServer());
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(config), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false, // JSON alone, by the parser of createHttpServer
  });
  app.useGlobalPipes(createValidationPipe());
  observeRequests(app.getHttpAdapter().getInstance(), { logger, metrics: app.get(Metrics) });
  sendSecurityHeaders(app.getHttpAdapter().getInstance(), config);
  await serveWeb(app, config);
  serveDocs(app);
  return app;
}
