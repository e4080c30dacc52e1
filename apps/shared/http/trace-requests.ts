import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isForApi } from '#platform';

const tracer = trace.getTracer('holdfast');
const contexts = new WeakMap<FastifyRequest, Context>();

/** The trace of a request; the root context where it has none. */
export function contextOfRequest(request: FastifyRequest): Context {
  return contexts.get(request) ?? ROOT_CONTEXT;
}

/** Each request for the API is a span, of the trace that its `traceparent` names or of a new one. */
export function traceRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (isForApi(request)) begin(request);
    done();
  });
  // Behind the body: it arrives in events of the socket, which know of no request.
  server.addHook('preHandler', (request, _reply, done) => context.with(contextOfRequest(request), done));
  server.addHook('onResponse', (request, { statusCode }, done) => {
    const span = trace.getSpan(contextOfRequest(request));
    span?.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}

function begin(request: FastifyRequest): void {
  const { method, headers } = request;
  const route = request.routeOptions.url;
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const name = route === undefined ? method : `${method} ${route}`;
  const attributes = { 'http.request.method': method, 'http.route': route };
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  contexts.set(request, trace.setSpan(parent, span));
}
