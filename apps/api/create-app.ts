import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createValidationPipe, type Config, type Logger } from '#platform';
import { createHttpApp } from '../shared/http/create-http-app.js';
import { traceRequests } from '../shared/http/trace-requests.js';
import { ApiModule } from './api.module.js';
import { sendSecurityHeaders } from './http/security-headers.js';
import { serveDocs } from './http/docs.js';
import { serveWeb } from './http/web.js';

/** The whole service, wired and not yet listening. */
export async function createApp(config: Config, logger: Logger): Promise<NestFastifyApplication> {
  const app = await createHttpApp(ApiModule.forRoot(config), logger, config);
  app.useGlobalPipes(createValidationPipe());
  const server = app.getHttpAdapter().getInstance();
  if (config.otlpEndpoint) traceRequests(server);
  sendSecurityHeaders(server, config);
  await serveWeb(app, config);
  serveDocs(app);
  return app;
}
