import type { Socket } from 'node:net';
import type autocannon from 'autocannon';
import { nowMs } from '../clock.js';
import { LoadError } from '../errors.js';
import { headerOf, type Exchange, type HttpAnswer, type HttpRequest, type NoAnswer } from './exchange.js';

/** What autocannon's client has beyond its types; the version is pinned in package.json. */
interface ClientInternals extends autocannon.Client {
  conn?: Socket;
  destroyed: boolean;
  parser: { type: string; initialize(type: string): void; execute(chunk: Buffer): void };
  pipelinedRequests: { size(): number };
  _connect(): void;
  _doRequest(): void;
  _destroyConnection(): void;
}

export interface ConnectionListener {
  /** The connection is open and has nothing to do. */
  free(connection: PacedConnection): void;
  /** It was free and is not open any more. */
  gone(connection: PacedConnection): void;
}

const FIRST_RECONNECT_MS = 25;
const LAST_RECONNECT_MS = 1_000;
const TIMER_SLACK_MS = 50; // autocannon's timer counts in whole milliseconds of another clock

/**
 * One of autocannon's connections, made to wait: autocannon sends the next request as soon as an answer is there, or
 * all of a second's requests at the tick of the second. Here a request is sent when it is due, and a buyer who was told
 * to come back in a second does. So autocannon's "send now" asks whether there is something to send. Three of its habits
 * would blur the journal, or end the run, and are mended: a request whose connection ended without an error is reported
 * as lost, a server that refuses connections is not asked again at once, and what a server says unasked (a 408 on a
 * connection that has waited) ends that connection and nothing else.
 */
export class PacedConnection {
  /** Since when it has been free; milliseconds since the epoch. */
  freeSinceMs = 0;
  private readonly client: ClientInternals;
  private readonly listener: ConnectionListener;
  private readonly timeoutMs: number;
  private readonly probe: HttpRequest;
  private readonly transmit: () => void;
  private readonly connect: () => void;
  private current: Exchange | undefined;
  private sentMs = 0;
  private proven = false;
  private closing = false;
  private failures = 0;

  /** To be called in autocannon's `setupClient`. `probe` is what the connection proves itself by, before any exchange. */
  constructor(
    client: autocannon.Client,
    options: { probe: HttpRequest; timeoutMs: number; listener: ConnectionListener; openAfterMs: number },
  ) {
    this.client = internalsOf(client);
    this.listener = options.listener;
    this.timeoutMs = options.timeoutMs;
    this.probe = options.probe;
    this.transmit = this.client._doRequest.bind(this.client);
    this.connect = this.client._connect.bind(this.client);
    const drop = this.client._destroyConnection.bind(this.client);
    this.client._doRequest = () => this.mayRequest();
    this.client._connect = () => this.reconnect(options.openAfterMs);
    this.client._destroyConnection = () => {
      if (this.client.conn) drop();
    };
    const read = this.client.parser.execute.bind(this.client.parser);
    this.client.parser.execute = (chunk) => {
      if (this.client.pipelinedRequests.size() > 0) read(chunk);
      else this.client._connect();
    };
    client.setRequests([
      {
        setupRequest: (defaults) => ({ ...defaults, ...(this.current?.request ?? this.probe) }),
        onResponse: (status, body, _context, headers) =>
          this.answered({ status, body, headers: headers ?? {} }),
      },
    ]);
  }

  /** Sends on a free connection. */
  send(exchange: Exchange): void {
    this.current = exchange;
    this.sentMs = nowMs();
    this.transmit();
  }

  /** Stops waiting for the answer that is still out, if any. */
  cutOff(): void {
    this.settle((exchange) => exchange.lost('cut_off', nowMs()));
  }

  private answered(answer: HttpAnswer): void {
    this.failures = 0;
    this.closing = headerOf(answer, 'connection')?.toLowerCase() === 'close';
    if (this.current) this.settle((exchange) => exchange.answered(answer, nowMs()));
    else this.proven = true;
  }

  /** autocannon's turn to send: after each answer and on each new connection. */
  private mayRequest(): void {
    if (this.closing || this.client.destroyed) return; // the server is about to end this connection
    if (!this.proven) {
      this.transmit();
      return;
    }
    this.freeSinceMs = nowMs();
    this.listener.free(this);
  }

  /** autocannon's turn to connect: at first, and after an error, the server's end of the connection or a timeout. */
  private reconnect(openAfterMs: number): void {
    const first = !this.client.conn;
    if (!first) this.abandon();
    const delayMs = first ? openAfterMs : this.backOffMs();
    if (delayMs === 0) {
      this.connect();
      return;
    }
    setTimeout(() => {
      if (!this.client.destroyed) this.connect();
    }, delayMs).unref();
  }

  private abandon(): void {
    this.client._destroyConnection(); // its late events belong to no request any more
    this.client.parser.initialize(this.client.parser.type); // half an answer may have been read
    this.closing = false;
    this.listener.gone(this);
    this.settle((exchange) => {
      const waitedMs = nowMs() - this.sentMs;
      const reason: NoAnswer = waitedMs >= this.timeoutMs - TIMER_SLACK_MS ? 'timeout' : 'connection_lost';
      exchange.lost(reason, nowMs());
    });
  }

  private backOffMs(): number {
    const delayMs =
      this.failures === 0 ? 0 : Math.min(FIRST_RECONNECT_MS * 2 ** this.failures, LAST_RECONNECT_MS);
    this.failures = Math.min(this.failures + 1, 10);
    return delayMs;
  }

  private settle(report: (exchange: Exchange) => void): void {
    const exchange = this.current;
    this.current = undefined;
    if (exchange) report(exchange);
  }
}

function internalsOf(client: autocannon.Client): ClientInternals {
  const internals = client as ClientInternals;
  for (const method of ['_connect', '_doRequest', '_destroyConnection'] as const) {
    if (typeof internals[method] !== 'function')
      throw new LoadError('This harness is written for autocannon 9.0.0; another version is installed.');
  }
  return internals;
}
