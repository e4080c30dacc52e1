import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

export type RedisClient = Redis | Cluster;

/** Where a server is, and whom to believe that it is the one: `tls` is for `rediss://` alone. */
export interface ServerAddress {
  /** `redis://` or `rediss://`, with user, password and database as ioredis reads them. */
  readonly url: string;
  /** The authorities to believe (`ca`), a certificate of one's own. Default: what Node believes. */
  readonly tls?: ConnectionOptions | undefined;
}

/** One server; with `sentinels` the primary of a group; with `cluster` a Redis Cluster. */
export interface RedisAddress extends ServerAddress {
  /**
   * URLs of the Sentinels, with a user and password of their own where they have them. They say where the primary is: of
   * `url` then all holds but the host.
   */
  readonly sentinels?: readonly string[] | undefined;
  /** What the Sentinels call the primary. Default: `mymaster`. */
  readonly name?: string | undefined;
  /**
   * `url` leads to a Redis Cluster, whose nodes have its user and password; these are the URLs of further nodes, for when
   * that one is away. None is enough.
   */
  readonly cluster?: readonly string[] | undefined;
}

const SENTINEL_PORT = 26_379;
/** A Sentinel that hangs is asked no longer before the next one is. */
const SENTINEL_TIMEOUT_MS = 1_000;
/** How long a connection takes to be made, or to be refused. */
const RECONNECTED_MS = 30;
/**
 * A node that hangs is asked no longer before the next one is, who serves which slots: the connection, its handshake and the
 * login are in it. Where a command may take longer than this, half of its time.
 */
const SLOTS_TIMEOUT_MS = 300;
/** While a slot moves, a script whose keys lie on both sides is asked to wait; ioredis asks again some five times. */
const TRY_AGAIN_MS = 20;

/** A Cluster of ioredis (5.11) that loses neither a node that was replaced, nor a connection, nor the reason of a failure. */
class AttentiveCluster extends Cluster {
  /** Why the first node that could not be asked for the slots could not. */
  private failure: Error | undefined;

  constructor(...given: ConstructorParameters<typeof Cluster>) {
    super(...given);
    // ioredis forgets nodes by their address: where a new connection to one is made before the old one has ended, the
    // end of the old takes the new from the pool, which nobody would close.
    const open = new Set<Redis>();
    this.on('+node', (node: Redis) => {
      open.add(node);
      surviveHandshakes(node);
      this.hearWhoAsks(node);
    });
    this.on('-node', (ended: Redis) => {
      open.delete(ended);
      const known = this.nodes();
      for (const node of [...open].filter((one) => !known.includes(one))) {
        open.delete(node);
        node.disconnect();
      }
    });
    this.on('connecting', () => (this.failure = undefined));
    this.on('node error', (error: Error) => (this.failure ??= error));
    this.on('error', (error: Error) => this.explain(error));
  }

  override async connect(): Promise<void> {
    await super.connect().catch((error: unknown) => {
      throw this.explain(error);
    });
  }

  /** A node is asked for the slots on a connection of its own, whose error goes unheard: its command is told that it closed. */
  private hearWhoAsks(node: Redis): void {
    const duplicate = node.duplicate.bind(node);
    node.duplicate = (...given) => {
      const asking = duplicate(...given);
      surviveHandshakes(asking);
      asking.on('error', (error: Error) => (this.failure ??= error));
      return asking;
    };
  }

  private explain(error: unknown): unknown {
    if (error instanceof Error && this.failure) {
      error.message = `${error.message.replace(/\.$/, '')}: ${this.failure.message}`;
    }
    return error;
  }

  /** A node that hangs says nothing of its being replaced; the others do. */
  override sendCommand(...sent: Parameters<Cluster['sendCommand']>): unknown {
    const [{ promise }] = sent;
    promise.catch((error: unknown) => {
      if (error instanceof Error && error.message === 'Command timed out') this.refreshSlotsCache();
    });
    return super.sendCommand(...sent);
  }
}

/** Of the options those of the keyspace and of connecting hold for a Cluster as a whole, the others for each of its nodes. */
export function openRedis(address: RedisAddress, options: RedisOptions): RedisClient {
  if (address.cluster) return openCluster(address, options);
  return openServer(address, { ...options, ...askingSentinels(address) });
}

export function openServer({ url, tls }: ServerAddress, options: RedisOptions): Redis {
  const server = new Redis(url, { ...(tls && isEncrypted(url) ? { tls } : {}), ...options });
  surviveHandshakes(server);
  return server;
}

/**
 * A handshake that `disconnect` cuts short fails twice; ioredis hears the first, and the second would end the process. So each
 * of its sockets is heard from the moment it has it: with Sentinels some time after it began to connect.
 */
function surviveHandshakes(client: Redis): void {
  let current = client.stream;
  Object.defineProperty(client, 'stream', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(stream: Redis['stream']) {
      current = stream;
      stream.on('error', () => undefined);
    },
  });
}

/** The servers that hold the keys, each by a client of its own. */
export function primariesOf(client: RedisClient): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

function askingSentinels({ url, tls, sentinels, name = 'mymaster' }: RedisAddress): RedisOptions {
  if (!sentinels) return {};
  const { username, password } = loginOf(sentinels[0] ?? '');
  return {
    sentinels: sentinels.map(placeOf),
    name,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(sentinels.some(isEncrypted) ? { sentinelTLS: tls ?? {} } : {}),
    enableTLSForSentinelMode: isEncrypted(url),
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
  };
}

function openCluster({ url, tls, cluster = [] }: RedisAddress, options: RedisOptions): Cluster {
  const { keyPrefix, lazyConnect, enableOfflineQueue, retryStrategy, ...ofEachNode } = options;
  const { commandTimeout = 0 } = ofEachNode;
  return new AttentiveCluster([url, ...cluster], {
    keyPrefix,
    lazyConnect,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    // A node is connected to by the first command for it, and the next ones are refused meanwhile as if it were lost. So
    // what meets a lost connection is sent again: unlike with one server a script may run twice, and every one of ours may.
    retryDelayOnFailover: RECONNECTED_MS,
    slotsRefreshTimeout: Math.max(SLOTS_TIMEOUT_MS, commandTimeout / 2),
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: TRY_AGAIN_MS,
    redisOptions: {
      ...ofEachNode,
      ...loginOf(url),
      ...(isEncrypted(url) ? { tls: tls ?? {} } : {}),
    },
  });
}

function isEncrypted(url: string): boolean {
  return url.startsWith('rediss:');
}

function placeOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || SENTINEL_PORT) };
}

function loginOf(url: string): { username?: string; password?: string } {
  const { username, password } = new URL(url);
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
