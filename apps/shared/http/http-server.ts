import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  describeProblem,
  newId,
  ProblemError,
  toProblem,
  type ProblemCode,
  type RawBodyRequest,
} from '#platform';
import { limitJson } from './json-limits.js';

const BODY_LIMIT_BYTES = 256 * 1024;
/** A whole request, sent a byte a second or not, has arrived by then. */
const REQUEST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000; // longer than a load balancer's, so that it is the one that closes
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** Leaves an error as Fastify threw it: the one filter tells a body that is too large from one that is not JSON. */
export class HttpAdapter extends FastifyAdapter {
  override mapException<T>(error: T): T {
    return error;
  }
}

/**
 * Fastify, with answers of our form for what never reaches a route.
 * @param trustedProxies addresses and ranges whose X-Forwarded-For is believed
 */
export function createHttpServer(trustedProxies: readonly string[] = []): FastifyInstance {
  const server = fastify({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // what arrives while the process drains is still answered, by the route
    logger: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
    },
    frameworkErrors: (error, request, reply) => {
      const problem = describeProblem(toProblem(error), { path: '/', id: request.id });
      void (reply as FastifyReply).status(problem.status).headers(problem.headers).send(problem.body);
    },
    clientErrorHandler: answerClientError,
    http: {
      connectionsCheckingInterval: 1_000,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requireHostHeader: false,
    },
  });
  acceptJsonOnly(server);
  refuseOddRequests(server);
  endConnectionsOnClose(server);
  return server;
}

/** What Node would refuse by itself, with an answer that has no body. */
function refuseOddRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { host, expect } = request.raw.headers;
    if (host === undefined && request.raw.httpVersion === '1.1') {
      done(new ProblemError('malformed_request', 'HTTP/1.1 needs a Host header.'));
    } else if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      done(new ProblemError('malformed_request', 'Only Expect: 100-continue is understood.'));
    } else {
      done();
    }
  });
  server.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    refuseSocket(socket, 'malformed_request', 'This is no proxy.');
  });
  server.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.server.emit('request', request, response); // the hook answers it
  });
}

/** An empty body is left to the route: some clients name the content type of a POST that has none. */
function acceptJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const refusal = refusalOf(request, bytes);
    const body = bytes.toString('utf8');
    (request as RawBodyRequest).rawBody = body;
    if (refusal || body === '') {
      done(refusal ?? null, undefined);
      return;
    }
    void parse(request, body, (error: Error | null, value?: unknown) => {
      try {
        if (!error) limitJson(value);
        done(error, value);
      } catch (refusal) {
        done(refusal as Error);
      }
    });
  });
}

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** JSON is UTF-8 (RFC 8259), and comes as it is: what would have to be guessed or unpacked is refused. */
function refusalOf({ headers }: FastifyRequest, bytes: Buffer): ProblemError | undefined {
  const encoding = headers['content-encoding'] ?? 'identity';
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'identity' || !/^utf-?8$/i.test(charset)) {
    return new ProblemError('unsupported_media_type', 'Send JSON in UTF-8, without a Content-Encoding.');
  }
  return isUtf8(bytes) ? undefined : new ProblemError('malformed_json', 'The body is not UTF-8.');
}

/**
 * Closing waits for every connection. Those that are idle Node ends by itself; this ends the ones it takes for busy,
 * because they have not sent a request yet, and those that would stay open behind an answer still to come.
 */
function endConnectionsOnClose(server: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;
  server.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  server.addHook('preClose', (done) => {
    closing = true;
    for (const socket of unused) socket.destroy();
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done(null, payload);
  });
}

const CLIENT_ERRORS: Record<string, [ProblemCode, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'Send smaller headers.'],
};

/** What Node's parser refuses before there is a request: written to the socket by hand. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = CLIENT_ERRORS[error.code ?? ''] ?? ['malformed_request', 'This is not HTTP.'];
  refuseSocket(socket, code, detail);
}

function refuseSocket(socket: Socket, code: ProblemCode, detail: string): void {
  const { status, headers, body } = describeProblem(new ProblemError(code, detail), {
    path: '/',
    id: newId(),
  });
  const text = JSON.stringify(body);
  const head = { ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${body.title}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}
