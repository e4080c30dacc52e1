import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { openServer, type ServerAddress } from '../redis/redis-client.js';
import { CONNECTION_OPTIONS, isReply } from '../redis/redis-connection.js';

/** A node that has been silent for so long is connected to anew. */
const DEAD_AFTER_MS = 3_000;
/** Between two PINGs to a node that does not answer. */
const PAUSE_MS = 20;

/** Nothing was sent to the node. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/**
 * The connection to one node. What it is asked is answered, or fails within the node timeout; only the first connection
 * is waited for, and a node that hangs is asked nothing more until it answers a PING, so that it slows one call and not
 * every one.
 */
export class NodeConnection {
  /** For people: without the password that the URL may carry. */
  readonly name: string;
  private readonly client: Redis;
  private readonly onBack: () => void;
  private starting: Promise<void> | undefined;
  private isSilent = false;
  private lastError: Error | undefined;

  /** @param listeners `back`: it can be asked again. `lost`: the next connection may lead to another server. */
  constructor(
    address: ServerAddress,
    nodeTimeoutMs: number,
    listeners: { back: () => void; lost: () => void },
  ) {
    this.client = openServer(address, { ...CONNECTION_OPTIONS, commandTimeout: nodeTimeoutMs });
    this.name = `${this.client.options.host ?? ''}:${this.client.options.port ?? ''}`;
    this.onBack = listeners.back;
    this.client.on('error', (error) => (this.lastError = error)); // unheard, ioredis would print it
    this.client.on('close', listeners.lost);
    this.client.on('ready', listeners.back);
    this.starting = this.firstOutcome(nodeTimeoutMs).finally(() => (this.starting = undefined));
  }

  /** @throws NotSentError, what Redis replied, or whatever ioredis says about a command that was sent */
  async send<Reply>(command: (client: Redis) => Promise<Reply>): Promise<Reply> {
    if (this.starting) await this.starting;
    if (this.client.status !== 'ready') {
      throw new NotSentError(`no connection${this.lastError ? `: ${this.lastError.message}` : ''}`);
    }
    if (this.isSilent) throw new NotSentError('it does not answer');
    try {
      return await command(this.client);
    } catch (error) {
      if (!isReply(error) && !(error instanceof NotSentError)) void this.waitForAnswer();
      throw error;
    }
  }

  close(): void {
    this.client.disconnect();
  }

  private firstOutcome(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(settle, withinMs);
      this.client.once('ready', settle).once('close', settle);
    });
  }

  private async waitForAnswer(): Promise<void> {
    if (this.isSilent) return;
    this.isSilent = true;
    const deadAt = performance.now() + DEAD_AFTER_MS;
    let hasAnswered = false;
    while (this.client.status === 'ready') {
      hasAnswered = await this.client.ping().then(() => true, isReply);
      if (hasAnswered) break;
      if (performance.now() > deadAt) this.client.disconnect(true);
      await sleep(PAUSE_MS); // a connection that is about to close refuses at once
    }
    this.isSilent = false;
    if (hasAnswered) this.onBack();
  }
}
