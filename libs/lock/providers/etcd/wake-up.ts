import type { ClaimEvent } from '../../provider.js';
import { entryOf } from './entries.js';
import type { EtcdClient, WatchEvent } from './etcd-client.js';

type Listener = (event: ClaimEvent) => void;

interface Watch {
  readonly token: string;
  readonly listener: Listener;
  /** What it follows at present. */
  key?: string;
  endStream?: () => void;
}

/**
 * Watches of one process at once; further claims look by themselves alone. Each is a stream of the gateway's, of which a
 * member that is reached by https serves 250, and lets its other requests wait for them.
 */
const MAX_STREAMS = 32;

/**
 * Each waiting claim follows the one right before it, so that a release wakes one claim alone. If that one is of this
 * process, its release is told here; else etcd is asked to watch its key, from the revision at which it was last seen, so
 * that nothing falls between the two. A watch that breaks is silent: its claim looks by itself from time to time.
 */
export class WakeUp {
  private readonly client: EtcdClient;
  private readonly byToken = new Map<string, Watch>();
  private readonly byKey = new Map<string, Set<Watch>>();
  private streams = 0;

  constructor(client: EtcdClient) {
    this.client = client;
  }

  /** Costs nothing until it follows a key. @returns ends it */
  listen(token: string, listener: Listener): () => void {
    const watch: Watch = { token, listener };
    this.byToken.set(token, watch);
    return () => {
      this.leave(watch);
      if (this.byToken.get(token) === watch) this.byToken.delete(token);
    };
  }

  /** Told when the key is gone; what went before is told by nobody. */
  followHere(token: string, key: string): void {
    const watch = this.byToken.get(token);
    if (watch) this.turnTo(watch, key);
  }

  /** Told when the key is gone, or was gone at the revision already. */
  follow(token: string, key: string, seenAtRevision: number): void {
    const watch = this.byToken.get(token);
    if (!watch || (watch.key === key && watch.endStream)) return;
    this.turnTo(watch, key);
    this.stream(watch, { key, seenAtRevision, removals: true }, (event) => {
      if (!('removed' in event)) return; // a change that was missed, and is none
      watch.endStream?.();
      watch.listener({ look: true });
    });
  }

  /** What the claim holds is told to be another's when it is. */
  followOwn(token: string, key: string, seenAtRevision: number): void {
    const watch = this.byToken.get(token);
    if (!watch) return;
    this.turnTo(watch, key);
    this.stream(watch, { key, seenAtRevision, removals: false }, (event) => {
      if ('removed' in event) watch.listener({ look: true });
      else if (entryOf(event.put).token !== token) watch.listener({ adopted: true });
    });
  }

  /** This process has removed the key. */
  gone(key: string): void {
    for (const watch of [...(this.byKey.get(key) ?? [])]) watch.listener({ look: true });
  }

  close(): void {
    for (const watch of this.byToken.values()) this.leave(watch);
    this.byToken.clear();
  }

  private stream(
    watch: Watch,
    target: { key: string; seenAtRevision: number; removals: boolean },
    event: (event: WatchEvent) => void,
  ): void {
    if (this.streams >= MAX_STREAMS) return;
    this.streams += 1;
    const ended = (): void => {
      if (watch.endStream !== end) return;
      delete watch.endStream; // the next look follows anew
      this.streams -= 1;
    };
    const endRequest = this.client.watch(target, { event, ended });
    const end = (): void => {
      endRequest();
      ended();
    };
    watch.endStream = end;
  }

  private turnTo(watch: Watch, key: string): void {
    if (watch.key === key && !watch.endStream) return;
    this.leave(watch);
    watch.key = key;
    this.byKey.set(key, (this.byKey.get(key) ?? new Set()).add(watch));
  }

  private leave(watch: Watch): void {
    watch.endStream?.();
    if (watch.key === undefined) return;
    const watches = this.byKey.get(watch.key);
    watches?.delete(watch);
    if (watches?.size === 0) this.byKey.delete(watch.key);
    delete watch.key;
  }
}
