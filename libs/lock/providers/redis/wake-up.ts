import { Redis } from 'ioredis';
import type { ClaimEvent } from '../../provider.js';
import { CONNECTION_OPTIONS } from './redis-connection.js';

type Listener = (event: ClaimEvent) => void;

/** An idle subscription is kept for this long, so that waits in quick succession share one. */
const LINGER_MS = 40;

/**
 * Hears what the scripts tell the claims of this process, on one channel through one subscription connection, opened by
 * the first claim that was refused. A message can be missed before the subscription is confirmed, or while the connection
 * is away; so each confirmation tells every claim to look.
 */
export class WakeUp {
  private readonly url: string;
  private readonly channel: string;
  private readonly listeners = new Map<string, Listener>();
  private client: Redis | undefined;
  private isWanted = false;
  private isClosed = false;
  private ending: NodeJS.Timeout | undefined;

  constructor(url: string, channel: string) {
    this.url = url;
    this.channel = channel;
  }

  listen(token: string, listener: Listener): () => void {
    this.listeners.set(token, listener);
    return () => {
      if (this.listeners.delete(token) && this.listeners.size === 0 && this.isWanted) this.endSoon();
    };
  }

  /** From now on there may be something to hear. */
  open(): void {
    clearTimeout(this.ending);
    this.ending = undefined;
    if (this.isWanted || this.isClosed) return;
    this.isWanted = true;
    this.client ??= this.connect();
    this.subscribe();
  }

  tell(token: string, event: ClaimEvent): void {
    this.listeners.get(token)?.(event);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.ending);
    this.listeners.clear();
    this.client?.disconnect();
  }

  private endSoon(): void {
    this.ending ??= setTimeout(() => {
      this.ending = undefined;
      if (this.listeners.size > 0) return;
      this.isWanted = false;
      if (this.client?.status === 'ready') this.client.unsubscribe(this.channel).catch(() => undefined);
    }, LINGER_MS).unref();
  }

  private connect(): Redis {
    // Without the ready check: its INFO is refused once a SUBSCRIBE has been sent.
    const client = new Redis(this.url, {
      ...CONNECTION_OPTIONS,
      autoResubscribe: false,
      enableReadyCheck: false,
    });
    client.on('error', () => undefined); // the command connection reports it; waiters poll meanwhile
    client.on('ready', () => this.subscribe());
    client.on('message', (_channel, message: string) => this.hear(message));
    return client;
  }

  private subscribe(): void {
    if (!this.isWanted || this.client?.status !== 'ready') return; // 'ready' comes back to it
    this.client.subscribe(this.channel).then(
      () => this.tellAll(),
      () => undefined, // the connection was lost: its 'ready' tries again
    );
  }

  private tellAll(): void {
    for (const listener of [...this.listeners.values()]) listener({ look: true });
  }

  private hear(message: string): void {
    const [kind, token = '', fence] = message.split(' ');
    if (kind === 'granted') this.tell(token, { granted: true, fences: [Number(fence)] });
    else this.tell(token, kind === 'adopted' ? { adopted: true } : { look: true });
  }
}
