import { Client, type ClientConfig, type Notification } from 'pg';
import type { ClaimEvent } from '../../provider.js';

type Listener = (event: ClaimEvent) => void;

/** Between the last watcher's leaving and the end of the connection: the next one often comes at once. */
const LINGER_MS = 50;
const RECONNECT_FIRST_MS = 20;
const RECONNECT_MAX_MS = 500;

/**
 * Hears what the server tells the claims of this process, through one connection, opened for the first claim that had
 * to queue. A notification can be missed before LISTEN is confirmed, or while the connection is away; so each
 * confirmation tells all who watch to look.
 */
export class WakeUp {
  private readonly config: ClientConfig;
  private readonly channel: string;
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private closed = false;

  constructor(config: ClientConfig, channel: string) {
    this.config = { ...config, query_timeout: config.connectionTimeoutMillis }; // LISTEN itself may go unanswered
    this.channel = channel;
  }

  /** Costs nothing by itself. @returns ends it */
  watch(token: string, listener: Listener): () => void {
    const own: Listener = (event) => listener(event); // the same function may watch twice
    const listeners = this.listeners.get(token) ?? new Set();
    this.listeners.set(token, listeners.add(own));
    return () => {
      if (!listeners.delete(own) || listeners.size > 0) return;
      if (this.listeners.get(token) === listeners) this.listeners.delete(token);
      if (this.listeners.size === 0 && this.client) this.schedule(() => this.disconnect(), LINGER_MS);
    };
  }

  /** A claim had to queue, or was handed over: whoever watches it wants to hear from now on. */
  listen(token: string): void {
    if (this.closed || !this.listeners.has(token)) return;
    if (!this.client && !this.timer) this.connect();
    else if (this.client) this.unschedule(); // it was about to end
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    await this.disconnect();
  }

  private connect(): void {
    this.unschedule();
    const client = new Client(this.config);
    this.client = client;
    const lost = (): void => this.lose(client);
    client.on('error', lost).on('end', lost);
    client.on('notification', (message) => this.hear(message));
    client
      .connect()
      .then(() => client.query(`LISTEN ${this.channel}`))
      .then(() => {
        if (this.client !== client) return;
        this.failures = 0;
        this.tellAll({ look: true });
      })
      .catch(lost);
  }

  private lose(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    client.end().catch(() => undefined);
    this.failures += 1;
    const delayMs = Math.min(RECONNECT_FIRST_MS * 2 ** this.failures, RECONNECT_MAX_MS);
    this.schedule(
      () => {
        if (this.listeners.size > 0) this.connect();
      },
      delayMs * (0.5 + Math.random() / 2),
    );
  }

  private async disconnect(): Promise<void> {
    this.unschedule();
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private hear({ payload = '' }: Notification): void {
    const [kind, token = '', fence] = payload.split(' ');
    const event = eventOf(kind, Number(fence));
    if (event) this.tell(token, event);
  }

  private tell(token: string, event: ClaimEvent): void {
    for (const listener of [...(this.listeners.get(token) ?? [])]) listener(event);
  }

  private tellAll(event: ClaimEvent): void {
    for (const token of [...this.listeners.keys()]) this.tell(token, event);
  }

  private schedule(action: () => unknown, delayMs: number): void {
    this.unschedule();
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void action();
    }, delayMs);
  }

  private unschedule(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function eventOf(kind: string | undefined, fence: number): ClaimEvent | undefined {
  switch (kind) {
    case 'granted':
      return { granted: true, fences: [fence] };
    case 'look':
      return { look: true };
    case 'adopted':
      return { adopted: true };
    default:
      return undefined; // of a newer version
  }
}
