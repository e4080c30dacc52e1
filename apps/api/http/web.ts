import path from 'node:path';
import { fileURLToPath } from 'node:url';
import cors from '@fastify/cors';
import serveStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#platform';

const EXPOSED_HEADERS = [
  'Location',
  'Idempotency-Replayed',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'ETag',
  'X-Request-Id',
];

/** The storefront at `/`, the control room at `/admin/`, and who else's pages may call the service. */
export async function serveWeb(app: NestFastifyApplication, config: Config): Promise<void> {
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: config.corsOrigins,
      methods: ['GET', 'POST', 'PATCH'],
      strictPreflight: false, // an OPTIONS that is no preflight is a route that is not there
      exposedHeaders: EXPOSED_HEADERS,
    });
  }
  app
    .getHttpAdapter()
    .getInstance()
    .get('/admin', (_, reply) => reply.redirect('/admin/', 308));
  await app.register(serveStatic, {
    root: fileURLToPath(new URL('../../web', import.meta.url)),
    wildcard: false, // one route a file: everything else stays a 404 of our form
    cacheControl: false,
    preCompressed: true,
    globIgnore: ['**/*.{br,gz}'], // sent in place of what they are made of, and no files of their own
    setHeaders: (reply, file) => {
      // What Vite built carries its content's hash in its name; a page is asked for anew, and names them.
      const isHashed = path.basename(path.dirname(file)) === 'assets';
      void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
