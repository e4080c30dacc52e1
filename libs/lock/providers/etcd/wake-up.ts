import type { ClaimEvent } from '../../provider.js';
import { entryOf } from './entries.js';
import type { EtcdClient, WatchEvent, WatchTarget } from './etcd-client.js';
import type { KeyRange } from './transaction.js';

type Listener = (event: ClaimEvent) => void;

interface Watch {
  readonly token: string;
  readonly listener: Listener;
  /** What it follows at present. */
  keys: readonly string[];
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
    const watch: Watch = { token, listener, keys: [] };
    this.byToken.set(token, watch);
    return () => {
      this.leave(watch);
      if (this.byToken.get(token) === watch) this.byToken.delete(token);
    };
  }

  /** Told when the key is gone; what went before is told by nobody. */
  followHere(token: string, key: string): void {
    const watch = this.byToken.get(token);
    if (watch) this.turnTo(watch, [key]);
  }

  /** Told when the key is gone, or was gone at the revision already. */
  follow(token: string, key: string, seenAtRevision: number): void {
    this.followUntil(token, { range: { key }, keys: [key], seenAtRevision, removals: true }, isGone);
  }

  /** Told when the claim with this key is gone, or has got what it waited for. */
  followTurn(token: string, key: string, seenAtRevision: number): void {
    const target = { range: { key }, keys: [key], seenAtRevision, removals: false };
    this.followUntil(token, target, (event) => isGone(event) || entryOf(event.put).fence !== null);
  }

  /** Told when one of several in a queue is gone. */
  followAny(token: string, range: KeyRange, keys: readonly string[], seenAtRevision: number): void {
    const target = { range, keys, seenAtRevision, removals: true };
    this.followUntil(token, target, (event) => isGone(event) && keys.includes(event.removed));
  }

  /** What the claim holds is told to be another's when it is. */
  followOwn(token: string, key: string, seenAtRevision: number): void {
    const watch = this.byToken.get(token);
    if (!watch) return;
    this.turnTo(watch, [key]);
    const target = { range: { key }, keys: [key], seenAtRevision, removals: false };
    this.stream(watch, target, (event) => {
      if (isGone(event)) watch.listener({ look: true });
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

  private followUntil(token: string, target: WatchTarget, isAwaited: (event: WatchEvent) => boolean): void {
    const watch = this.byToken.get(token);
    if (!watch || (isSame(watch.keys, target.keys) && watch.endStream)) return;
    this.turnTo(watch, target.keys);
    this.stream(watch, target, (event) => {
      if (!isAwaited(event)) return;
      watch.endStream?.();
      watch.listener({ look: true });
    });
  }

  private stream(watch: Watch, target: WatchTarget, event: (event: WatchEvent) => void): void {
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

  private turnTo(watch: Watch, keys: readonly string[]): void {
    if (isSame(watch.keys, keys) && !watch.endStream) return;
    this.leave(watch);
    watch.keys = keys;
    for (const key of keys) this.byKey.set(key, (this.byKey.get(key) ?? new Set()).add(watch));
  }

  private leave(watch: Watch): void {
    watch.endStream?.();
    for (const key of watch.keys) {
      const watches = this.byKey.get(key);
      watches?.delete(watch);
      if (watches?.size === 0) this.byKey.delete(key);
    }
    watch.keys = [];
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}

function isGone(event: WatchEvent): event is { readonly removed: string } {
  return 'removed' in event;
}
