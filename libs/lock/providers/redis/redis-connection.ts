import type { EventEmitter } from 'node:events';
import type { RedisOptions } from 'ioredis';
import { openRedis, type RedisAddress, type RedisClient } from './redis-client.js';
import type { Script } from './scripts.js';

/** A command unanswered for so long, and no other reply meanwhile: the connection is taken for dead and made anew. */
const DEAD_AFTER_MS = 3_000;

/** Before a client that ioredis has given up is told to connect. */
const REVIVED_AFTER_MS = 50;

/**
 * What both connections of the provider share: nothing queues while Redis is away, nothing is sent again by itself (a
 * lost reply is the caller's to judge), and reconnection goes on for ever at a bounded pace.
 */
export const CONNECTION_OPTIONS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  disableClientInfo: true, // who may do no more than the scripts need is refused it
  connectTimeout: 2_000,
  disconnectTimeout: 50, // then the socket is destroyed, whether or not the other side has said goodbye
  keepAlive: 5_000,
  retryStrategy: (attempt: number) => Math.min(10 * 2 ** attempt, 200) * (0.5 + Math.random() / 2),
} as const satisfies RedisOptions;

export function connect(address: RedisAddress, options: RedisOptions): RedisClient {
  return openRedis(address, { ...CONNECTION_OPTIONS, ...options });
}

/** Nothing was sent: there is no connection at the moment. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
}

/**
 * One connection for commands, to each node of a Cluster one, which answers or fails within a stated time. A Cluster asks
 * again where a slot has moved, always within that time, and a command may so come after a later one.
 */
export class RedisConnection {
  readonly client: RedisClient;
  private readonly events: EventEmitter;
  private readonly commandTimeoutMs: number;
  private isClosed = false;
  private readiness: Promise<void> | undefined;
  private lastError: Error | undefined;
  /** When the first command was sent since which there was no reply. */
  private silentSince: number | undefined;

  constructor(address: RedisAddress, commandTimeoutMs: number) {
    this.commandTimeoutMs = commandTimeoutMs;
    this.client = connect(address, {
      commandTimeout: commandTimeoutMs,
      // After a failover behind one address this connection still leads to the old primary.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
      // A primary that Sentinels have replaced may not know it yet, and go on granting.
      failoverDetector: true,
    });
    this.events = this.client;
    this.events.on('error', (error: Error) => (this.lastError = error)); // unheard, ioredis would print it
    this.events.on('end', () => this.revive());
    this.events.on('connecting', () => (this.silentSince = undefined));
  }

  /** Sends one command. @throws NotConnectedError, or whatever ioredis says about a command that was sent */
  async send<Reply>(command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    if (this.client.status !== 'ready') await this.ready();
    this.silentSince ??= performance.now();
    try {
      const reply = await command(this.client);
      this.silentSince = undefined;
      return reply;
    } catch (error) {
      if (isReply(error)) this.silentSince = undefined;
      else this.endIfDead();
      throw error;
    }
  }

  /** Runs a script, which Redis may have to be shown first. @throws as `send` */
  run<Reply>({ sha, text }: Script, keyCount: number, args: readonly (string | number)[]): Promise<Reply> {
    return this.send(async (client) => {
      try {
        return (await client.evalsha(sha, keyCount, ...args)) as Reply;
      } catch (error) {
        if (!isReply(error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return (await client.eval(text, keyCount, ...args)) as Reply;
      }
    });
  }

  close(): void {
    this.isClosed = true;
    this.client.disconnect();
  }

  /** ioredis (5.11) ends a client for good that hears of a new primary while it is just being connected to the old one. */
  private revive(): void {
    setTimeout(() => {
      if (!this.isClosed && this.client.status === 'end') this.client.connect().catch(() => undefined);
    }, REVIVED_AFTER_MS).unref();
  }

  /** Waits for the outcome of the connection attempt under way: at most the time of one command. */
  private ready(): Promise<void> {
    this.readiness ??= this.nextOutcome().finally(() => (this.readiness = undefined));
    return this.readiness;
  }

  private async nextOutcome(): Promise<void> {
    const { events } = this;
    if (this.isClosed) throw new NotConnectedError('the connection is closed');
    let settle: (ready: boolean) => void = () => undefined;
    const outcome = new Promise<boolean>((resolve) => (settle = resolve));
    const connected = (): void => settle(true);
    const failed = (): void => settle(false);
    const timer = setTimeout(failed, this.commandTimeoutMs);
    events.once('ready', connected).once('close', failed);
    try {
      if (await outcome) return;
      throw new NotConnectedError(
        `no connection to Redis${this.lastError ? `: ${this.lastError.message}` : ''}`,
      );
    } finally {
      clearTimeout(timer);
      events.off('ready', connected).off('close', failed);
    }
  }

  private endIfDead(): void {
    const silentMs = this.silentSince === undefined ? 0 : performance.now() - this.silentSince;
    if (silentMs > DEAD_AFTER_MS) this.client.disconnect(true);
  }
}

/**
 * Whether Redis answered with an error and has changed nothing: OOM, READONLY, LOADING, TRYAGAIN and their like. The scripts
 * write nothing before they can fail; only while a slot moves may one stop half-way, where the lock is here and its queue on
 * the other node.
 */
export function isRefusal(error: unknown): error is Error {
  return isReply(error) && !error.message.includes('non local key');
}

/** Whether Redis answered, if only with an error. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
