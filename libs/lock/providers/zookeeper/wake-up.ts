import type { ClaimEvent } from '../../provider.js';

type Listener = (event: ClaimEvent) => void;

/** What became of a node that is watched: `undefined` where that is to be found out by another attempt. */
type Verdict = 'unchanged' | 'adopted' | undefined;

/** Between two tries to set a watch anew. */
const RETRY_MS = 500;

interface Watch {
  readonly listener: Listener;
  /** What it follows at present. */
  path?: string;
  /** Looks at it, and asks ZooKeeper to tell its next change. */
  look?: () => Promise<Verdict>;
}

/**
 * Each waiting claim follows the one right before it, and the first one the lock, so that a release wakes one claim alone.
 * A watch is lost with its connection, and set anew with the next one.
 */
export class WakeUp {
  private readonly byToken = new Map<string, Watch>();
  private readonly byPath = new Map<string, Set<Watch>>();

  /** Costs nothing until it follows a node. @returns ends it */
  listen(token: string, listener: Listener): () => void {
    const watch: Watch = { listener };
    this.byToken.set(token, watch);
    return () => {
      this.leave(watch);
      if (this.byToken.get(token) === watch) this.byToken.delete(token);
    };
  }

  /** @param look asks ZooKeeper to watch the node, and says whether it is already another than was seen */
  follow(token: string, path: string, look: () => Promise<Verdict>): void {
    const watch = this.byToken.get(token);
    if (!watch) return;
    this.leave(watch);
    watch.path = path;
    watch.look = look;
    this.byPath.set(path, (this.byPath.get(path) ?? new Set()).add(watch));
    this.lookAgain(watch);
  }

  /** ZooKeeper says so. */
  changed(path: string): void {
    for (const watch of [...(this.byPath.get(path) ?? [])]) this.lookAgain(watch);
  }

  /** The connection is, and all watches with it. */
  lost(): void {
    for (const watch of this.byToken.values()) this.lookAgain(watch);
  }

  close(): void {
    for (const watch of this.byToken.values()) this.leave(watch);
    this.byToken.clear();
  }

  private lookAgain(watch: Watch): void {
    const { look } = watch;
    look?.().then(
      (verdict) => {
        if (verdict === 'unchanged' || watch.look !== look) return;
        this.leave(watch);
        watch.listener(verdict === 'adopted' ? { adopted: true } : { look: true });
      },
      () => {
        setTimeout(() => watch.look === look && this.lookAgain(watch), RETRY_MS).unref();
      },
    );
  }

  private leave(watch: Watch): void {
    if (watch.path === undefined) return;
    const watches = this.byPath.get(watch.path);
    watches?.delete(watch);
    if (watches?.size === 0) this.byPath.delete(watch.path);
    delete watch.path;
    delete watch.look;
  }
}
