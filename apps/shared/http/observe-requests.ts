import { context } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { isForApi, type Logger, type Metrics } from '#platform';
import { contextOfRequest } from './trace-requests.js';

/** Every request gets an id, a duration in the metrics and, at the level debug, one line in the log. */
export function observeRequests(
  server: FastifyInstance,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control') && isForApi(request)) {
      void reply.header('cache-control', 'no-store'); // orders and administration are nobody else's
    }
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const status = reply.statusCode;
    metrics.httpRequests.observe({ method, route, status }, reply.elapsedTime / 1000);
    if (logger.isLevelEnabled('debug')) {
      const fields = { requestId: request.id, method, route, status, ms: Math.round(reply.elapsedTime) };
      context.with(contextOfRequest(request), () => logger.debug(fields, 'request'));
    }
    done();
  });
}
