export type Release = () => Promise<unknown>;

/** One lock library in one process, with its connections, used as its documentation shows. */
export interface Contestant {
  /** Takes the lock, waiting for as long as it takes. */
  acquire(key: string): Promise<Release>;
  /** Takes a free lock and keeps it alive until it is released; absent where a library has no watchdog. */
  hold?(key: string): Promise<Release>;
  close(): Promise<void>;
}

/** What contestants connect to. */
export interface Servers {
  /** The first is the one that all share; the others are there for our quorum alone. */
  readonly redisUrls: readonly string[];
  readonly postgresUrl?: string | undefined;
  readonly etcdUrl?: string | undefined;
  readonly zookeeperUrl?: string | undefined;
}

export const LEASE_MS = 10_000;
export const WATCHED_LEASE_MS = 30_000;
/** Longer than any cell: nobody gives up waiting while it is measured. */
export const WAIT_MS = 120_000;
