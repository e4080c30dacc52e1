import { fileURLToPath } from 'node:url';
import cors from '@fastify/cors';
import serveStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#platform';

/** The storefront's page at `/`, and who else's pages may call the service. */
export async function serveWeb(app: NestFastifyApplication, config: Config): Promise<void> {
  if (config.corsOrigins.length > 0) {
    const exposedHeaders = ['Location', 'Idempotency-Replayed', 'Retry-After', 'ETag', 'X-Request-Id'];
    await app.register(cors, {
      origin: config.corsOrigins,
      methods: ['GET', 'POST', 'PATCH'],
      strictPreflight: false, // an OPTIONS that is no preflight is a route that is not there
      exposedHeaders,
    });
  }
  await app.register(serveStatic, {
    root: fileURLToPath(new URL('../../web', import.meta.url)),
    wildcard: false, // one route a file: everything else stays a 404 of our form
    cacheControl: true,
    maxAge: '1m',
  });
}
