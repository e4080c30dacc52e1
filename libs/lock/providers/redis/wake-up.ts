import type { EventEmitter } from 'node:events';
import { Cluster } from 'ioredis';
import type { ClaimEvent } from '../../provider.js';
import type { RedisAddress, RedisClient } from './redis-client.js';
import { connect } from './redis-connection.js';

type Listener = (event: ClaimEvent) => void;

/** An idle subscription is kept for this long, so that waits in quick succession share one. */
const LINGER_MS = 40;
/** Between two subscriptions, where the first was refused. */
const AGAIN_MS = 100;

/**
 * Hears what the scripts tell the claims of this process through one subscription connection, opened by the first claim
 * that was refused: on one channel what concerns those who wait, on a second one, for holders who ask for it, that others
 * do. A message can be missed before the subscription is confirmed, or while the connection
 * is away; so each confirmation tells every claim to look.
 *
 * On a Cluster it is the classic kind of channel: whatever node a script publishes on, all of them pass it on, so that one
 * subscription to any of them hears of every slot. A sharded channel belongs to one slot, and it would take one for each.
 */
export class WakeUp {
  private readonly address: RedisAddress;
  private readonly commands: RedisClient;
  private readonly channel: string;
  /** Those that there is something to hear on. */
  private channels: readonly string[] = [];
  private readonly listeners = new Map<string, Listener>();
  private client: RedisClient | undefined;
  private isClosed = false;
  private ending: NodeJS.Timeout | undefined;

  /** @param commands the client for commands; that of a Cluster keeps a connection apart for what it hears */
  constructor(address: RedisAddress, commands: RedisClient, channel: string) {
    this.address = address;
    this.commands = commands;
    this.channel = channel;
  }

  listen(token: string, listener: Listener): () => void {
    this.listeners.set(token, listener);
    return () => {
      if (this.listeners.delete(token) && this.listeners.size === 0 && this.channels.length > 0)
        this.endSoon();
    };
  }

  /** From now on there may be something to hear. */
  open({ forHolders = false } = {}): void {
    clearTimeout(this.ending);
    this.ending = undefined;
    const isOpen = this.channels.length >= (forHolders ? 2 : 1);
    if (isOpen || this.isClosed) return;
    this.channels = forHolders ? [this.channel, `${this.channel}:contended`] : [this.channel];
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
      if (this.client?.status === 'ready') this.client.unsubscribe(...this.channels).catch(() => undefined);
      this.channels = [];
    }, LINGER_MS).unref();
  }

  private connect(): RedisClient {
    const client =
      this.commands instanceof Cluster
        ? this.commands
        : // Without the ready check: its INFO is refused once a SUBSCRIBE has been sent.
          connect(this.address, { autoResubscribe: false, enableReadyCheck: false });
    const events: EventEmitter = client;
    events.on('error', () => undefined); // the command connection reports it; waiters poll meanwhile
    events.on('ready', () => this.subscribe());
    events.on('message', (_channel: string, message: string) => this.hear(message));
    return client;
  }

  private subscribe(): void {
    if (this.channels.length === 0 || this.client?.status !== 'ready') return; // 'ready' comes back to it
    this.client.subscribe(...this.channels).then(
      () => this.tellAll(),
      () => setTimeout(() => this.subscribe(), AGAIN_MS).unref(), // to another node, where it is a Cluster's
    );
  }

  private tellAll(): void {
    for (const listener of [...this.listeners.values()]) listener({ look: true });
  }

  private hear(message: string): void {
    const [kind, token = '', fence] = message.split(' ');
    if (kind === 'granted') this.tell(token, { granted: true, fences: [Number(fence)] });
    else if (kind === 'adopted') this.tell(token, { adopted: true });
    else this.tell(token, kind === 'contended' ? { contended: true } : { look: true });
  }
}
