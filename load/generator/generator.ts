import autocannon from 'autocannon';
import { nowMs, pause } from '../clock.js';
import { LoadError, throwIfAborted } from '../errors.js';
import type { ExchangeSource, HttpRequest } from './exchange.js';
import { PacedConnection, type ConnectionListener } from './paced-connection.js';

export interface GeneratorOptions {
  readonly url: string;
  readonly connections: number;
  readonly timeoutMs: number;
  /** New requests begin within this time after the start. */
  readonly offerMs: number;
  /** The run ends this long after the start at the latest. */
  readonly limitMs: number;
  /** What each connection asks once before the start, to prove itself. */
  readonly probe: HttpRequest;
  readonly source: ExchangeSource;
  readonly signal: AbortSignal;
  /** Called when all connections are open, right before the first request. */
  readonly onStart?: () => void;
  /** Called when the last request is settled, before the connections are closed. */
  readonly onEnd?: () => void;
}

export interface GeneratorReport {
  readonly startedMs: number;
  readonly endedMs: number;
  /** The run reached its limit with requests still out. */
  readonly cutOff: boolean;
  /** What autocannon counted itself, the probes included. */
  readonly autocannon: { readonly answers: number; readonly errors: number; readonly timeouts: number };
}

const OPEN_WITHIN_MS = 30_000;
const OPENED_AT_ONCE = 100; // a server's accept queue holds 511: more at once wait a second for their second try
const OPENING_PAUSE_MS = 10;
const SENT_IN_A_ROW = 50; // then answers are read, so that their times are true
const SAMPLE_MS = 100; // how soon autocannon notices that it was stopped

/**
 * Opens the connections, waits until every one of them is proven, and then sends what `source` says is due.
 * @throws LoadError when the connections do not open, InterruptedError when `signal` is aborted
 */
export async function generate(options: GeneratorOptions): Promise<GeneratorReport> {
  const dispatcher = new Dispatcher(options.source);
  const instance = autocannon({
    url: options.url,
    connections: options.connections,
    timeout: options.timeoutMs / 1000,
    duration: (OPEN_WITHIN_MS + options.limitMs) / 1000 + 60, // the last resort; the run stops it earlier
    sampleInt: SAMPLE_MS,
    setupClient: (client) => dispatcher.adopt(client, options),
  }) as Promise<autocannon.Result> & { stop?: () => void };
  const ended = instance.then(countsOf);
  ended.catch(() => dispatcher.stop()); // autocannon refused its options
  try {
    await dispatcher.allOpen(options);
    if (dispatcher.stopped) await ended;
    options.onStart?.();
    const startedMs = dispatcher.begin();
    const cutOff = await dispatcher.finished(options, startedMs);
    const endedMs = nowMs();
    options.onEnd?.();
    instance.stop?.();
    return { startedMs, endedMs, cutOff, autocannon: await ended };
  } finally {
    dispatcher.stop();
    instance.stop?.();
    await ended.catch(() => undefined); // the sockets are closed
  }
}

/** Brings free connections and due requests together. */
class Dispatcher {
  private readonly connections: PacedConnection[] = [];
  private readonly free = new Set<PacedConnection>(); // the one that is free for longest comes first
  private readonly listener: ConnectionListener = {
    free: (connection) => {
      this.free.add(connection);
      if (this.running) this.dispatch();
    },
    gone: (connection) => {
      this.free.delete(connection);
    },
  };
  private readonly source: ExchangeSource;
  private timer: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  private running = false;
  stopped = false;

  constructor(source: ExchangeSource) {
    this.source = source;
  }

  adopt(client: autocannon.Client, { probe, timeoutMs }: GeneratorOptions): void {
    const openAfterMs = Math.floor(this.connections.length / OPENED_AT_ONCE) * OPENING_PAUSE_MS;
    this.connections.push(
      new PacedConnection(client, { probe, timeoutMs, listener: this.listener, openAfterMs }),
    );
  }

  async allOpen({ connections, signal }: GeneratorOptions): Promise<void> {
    const deadline = nowMs() + OPEN_WITHIN_MS;
    while (this.free.size < connections && !this.stopped) {
      throwIfAborted(signal);
      if (nowMs() > deadline)
        throw new LoadError(`Only ${this.free.size} of ${connections} connections opened within 30 s.`);
      await pause(10, signal);
    }
  }

  begin(): number {
    const startMs = nowMs();
    this.running = true;
    this.source.begin(startMs);
    this.dispatch();
    return startMs;
  }

  /** @returns whether the limit was reached */
  async finished({ offerMs, limitMs, signal }: GeneratorOptions, startMs: number): Promise<boolean> {
    while (!this.source.finished) {
      throwIfAborted(signal);
      if (nowMs() >= startMs + offerMs) this.source.stopOffering();
      if (nowMs() >= startMs + limitMs) return this.cutOff();
      await pause(5, signal);
    }
    return false;
  }

  stop(): void {
    this.stopped = true;
    this.running = false;
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
  }

  private cutOff(): true {
    this.stop();
    this.source.cutOff(nowMs());
    for (const connection of this.connections) connection.cutOff();
    return true;
  }

  private dispatch(): void {
    let sent = 0;
    for (const connection of this.free) {
      if (sent === SENT_IN_A_ROW) {
        this.dispatchSoon();
        return;
      }
      const exchange = this.source.take(nowMs(), connection.freeSinceMs);
      if (!exchange) break;
      this.free.delete(connection);
      connection.send(exchange);
      sent += 1;
    }
    this.dispatchWhenDue();
  }

  private dispatchSoon(): void {
    this.immediate ??= setImmediate(() => {
      this.immediate = undefined;
      if (this.running) this.dispatch();
    });
  }

  private dispatchWhenDue(): void {
    clearTimeout(this.timer);
    const dueMs = this.free.size === 0 ? undefined : this.source.nextDueMs();
    if (dueMs === undefined) return;
    this.timer = setTimeout(() => this.dispatch(), Math.max(1, dueMs - nowMs()));
  }
}

function countsOf(result: autocannon.Result): GeneratorReport['autocannon'] {
  const answers = result['1xx'] + result['2xx'] + result['3xx'] + result['4xx'] + result['5xx'];
  return { answers, errors: result.errors, timeouts: result.timeouts };
}
