import { Redis } from 'ioredis';
import { CONNECTION_OPTIONS } from './redis-connection.js';

interface Channel {
  readonly listeners: Set<() => void>;
  subscribed: boolean;
}

/**
 * Hears of releases through one subscription connection a process, opened by the first waiter. A message can be missed
 * before the subscription is confirmed, or while the connection is away; so each confirmation rings too.
 */
export class WakeUp {
  private readonly url: string;
  private readonly channels = new Map<string, Channel>();
  private client: Redis | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** @returns ends the subscription, unless others listen to the same channel */
  listen(channelName: string, listener: () => void): () => void {
    let channel = this.channels.get(channelName);
    if (!channel) {
      channel = { listeners: new Set(), subscribed: false };
      this.channels.set(channelName, channel);
      this.subscribe([channelName]);
    } else if (channel.subscribed) {
      queueMicrotask(listener);
    }
    const { listeners } = channel;
    listeners.add(listener);
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.channels.delete(channelName);
      this.unsubscribe(channelName);
    };
  }

  /** How many of the channels this process is subscribed to itself. */
  countSubscribed(channelNames: readonly string[]): number {
    return channelNames.filter((name) => this.channels.get(name)?.subscribed).length;
  }

  close(): void {
    this.channels.clear();
    this.client?.disconnect();
  }

  private connect(): Redis {
    // Without the ready check: its INFO is refused once a SUBSCRIBE has been sent.
    const client = new Redis(this.url, {
      ...CONNECTION_OPTIONS,
      autoResubscribe: false,
      enableReadyCheck: false,
    });
    client.on('error', () => undefined); // the command connection reports it; waiters poll meanwhile
    client.on('ready', () => this.subscribe([...this.channels.keys()]));
    client.on('close', () => {
      for (const channel of this.channels.values()) channel.subscribed = false;
    });
    client.on('message', (name: string) => this.ring(name));
    return client;
  }

  private subscribe(names: string[]): void {
    this.client ??= this.connect();
    if (this.client.status !== 'ready' || names.length === 0) return; // 'ready' subscribes to all there are by then
    const wanted = names.map((name) => this.channels.get(name));
    this.client.subscribe(...names).then(
      () => {
        for (const [index, name] of names.entries()) {
          const channel = this.channels.get(name);
          if (!channel || channel !== wanted[index]) continue; // ended meanwhile, or begun anew behind this one
          channel.subscribed = true;
          this.ring(name);
        }
      },
      () => undefined, // the connection was lost: its 'ready' tries again
    );
  }

  private unsubscribe(name: string): void {
    if (this.client?.status === 'ready') this.client.unsubscribe(name).catch(() => undefined);
  }

  private ring(name: string): void {
    for (const listener of this.channels.get(name)?.listeners ?? []) listener();
  }
}
