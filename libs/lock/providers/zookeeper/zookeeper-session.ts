import net from 'node:net';
import tls from 'node:tls';
import { JuteReader, JuteWriter, PacketReader } from './jute.js';
import {
  auth,
  CLOSE_SESSION,
  PING,
  readConnected,
  readEvent,
  writeConnect,
  XID,
  type Request,
} from './messages.js';
import { NoAnswerError, NotSentError, SESSION_EXPIRED, ZooKeeperReplyError } from './zookeeper-errors.js';

export interface ZooKeeperAddress {
  /** `zookeeper://` or `zookeepers://` (TLS); the first one's user and password are for all. */
  readonly urls: readonly string[];
  readonly tls?: tls.ConnectionOptions | undefined;
  /** A server that has not opened the session by then is left for the next one. */
  readonly connectTimeoutMs: number;
}

/** `changed`: a node that is watched was. `lost`: the connection was, and with it the watches. `ended`: the session has. */
export interface SessionListener {
  changed(path: string): void;
  lost(): void;
  ended(): void;
}

interface Call {
  readonly request: Request<unknown>;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  sentAt?: number;
}

interface Connection {
  readonly socket: net.Socket;
  readonly server: string;
  readonly sent: Map<number, Call>;
  isOpen: boolean;
  heardAt: number;
  pings?: NodeJS.Timeout;
}

interface Session {
  readonly id: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
}

/** What ZooKeeper is asked for: as long it keeps the places of a process that is gone. It may grant another time. */
const SESSION_TIMEOUT_MS = 10_000;
const NO_SESSION: Session = { id: 0n, password: Buffer.alloc(16), timeoutMs: SESSION_TIMEOUT_MS };
const MAX_PAUSE_MS = 250;
const CLOSE_WITHIN_MS = 1_000;
const DEFAULT_PORT = 2181;

/**
 * One session with one ZooKeeper ensemble, over one connection at a time. It connects with the first request. When the
 * connection breaks or falls silent, what was sent fails, and the session goes on at the next server; when ZooKeeper has
 * ended the session meanwhile, a new one begins. ZooKeeper answers in the order of the requests.
 */
export class ZooKeeperSession {
  private readonly servers: readonly URL[];
  private readonly tls: tls.ConnectionOptions;
  private readonly credentials: string | undefined;
  private readonly connectTimeoutMs: number;
  private readonly hear: SessionListener;
  private session = NO_SESSION;
  private xid = 0;
  private connection: Connection | undefined;
  private readonly waiting = new Set<Call>();
  private next: number;
  private failures = 0;
  private lastFailure: Error | undefined;
  private pause: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor({ urls, tls: options = {}, connectTimeoutMs }: ZooKeeperAddress, hear: SessionListener) {
    this.servers = urls.map((url) => new URL(url));
    const [first] = this.servers;
    this.credentials =
      first && first.username !== ''
        ? `${decodeURIComponent(first.username)}:${decodeURIComponent(first.password)}`
        : undefined;
    this.tls = options;
    this.connectTimeoutMs = connectTimeoutMs;
    this.next = Math.floor(Math.random() * this.servers.length); // not all processes at the same one
    this.hear = hear;
  }

  /** Whether the nodes that it creates are its user's own. */
  get hasUser(): boolean {
    return this.credentials !== undefined;
  }

  /**
   * @param deadline on the monotonic clock
   * @throws NotSentError, NoAnswerError, ZooKeeperReplyError
   */
  call<Reply>(request: Request<Reply>, deadline: number): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      if (this.isClosed) throw new NotSentError('it is closed');
      const timer = setTimeout(() => this.giveUp(call), Math.max(0, deadline - performance.now()));
      const call: Call = { request, resolve: resolve as (reply: unknown) => void, reject, timer };
      if (this.connection?.isOpen) this.send(this.connection, call);
      else {
        this.waiting.add(call);
        this.connect();
      }
    });
  }

  /** Ends the session, and with it what it keeps at ZooKeeper. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    const ended = this.connection?.isOpen
      ? this.call(CLOSE_SESSION, performance.now() + CLOSE_WITHIN_MS).catch(() => undefined)
      : undefined;
    this.isClosed = true;
    await ended;
    clearTimeout(this.pause);
    this.connection?.socket.destroy();
    for (const call of this.waiting) this.fail(call, new NotSentError('it is closed'));
  }

  private connect(): void {
    if (this.connection || this.pause || this.isClosed) return;
    const url = this.servers[this.next] as URL;
    this.next = (this.next + 1) % this.servers.length;
    const address = { host: hostOf(url), port: Number(url.port || DEFAULT_PORT) };
    const socket =
      url.protocol === 'zookeepers:'
        ? tls.connect({ ...address, servername: net.isIP(address.host) ? '' : address.host, ...this.tls })
        : net.connect(address);
    const now = performance.now();
    const connection: Connection = { socket, server: url.host, sent: new Map(), isOpen: false, heardAt: now };
    this.connection = connection;
    socket.setNoDelay(true);
    // A server that neither accepts nor answers is left for the next one.
    const late = setTimeout(() => socket.destroy(new Error('no answer')), this.connectTimeoutMs);
    const packets = new PacketReader();
    socket.once(url.protocol === 'zookeepers:' ? 'secureConnect' : 'connect', () => this.offer(connection));
    socket.on('data', (chunk: Buffer) => {
      connection.heardAt = performance.now();
      try {
        for (const packet of packets.take(chunk)) {
          if (connection.isOpen) this.receive(connection, packet);
          else {
            clearTimeout(late);
            this.opened(connection, packet);
          }
        }
      } catch (error) {
        socket.destroy(error as Error); // it is no ZooKeeper that speaks like that
      }
    });
    socket.on('error', (error: Error) => {
      this.lastFailure = new Error(`${url.host}: ${error.message || error.name}`, { cause: error });
    });
    socket.on('close', () => {
      clearTimeout(late);
      this.disconnected(connection);
    });
  }

  private offer({ socket }: Connection): void {
    const writer = new JuteWriter();
    writeConnect(writer, { ...this.session, timeoutMs: SESSION_TIMEOUT_MS });
    socket.write(writer.packet());
  }

  private opened(connection: Connection, packet: Buffer): void {
    const offered = this.session.id;
    this.session = readConnected(packet);
    const isOver = this.session.timeoutMs === 0;
    if (offered !== NO_SESSION.id && (isOver || this.session.id !== offered)) this.end();
    if (isOver) {
      this.session = NO_SESSION;
      if (offered !== NO_SESSION.id) this.failures = 0; // the next connection begins a new one, at once
      connection.socket.destroy();
      return;
    }
    connection.isOpen = true;
    this.lastFailure = undefined;
    const pauseMs = this.session.timeoutMs / 3;
    connection.pings = setInterval(() => {
      if (performance.now() - connection.heardAt > 2 * pauseMs) connection.socket.destroy();
      else this.write(connection, XID.ping, PING);
    }, pauseMs);
    if (this.credentials !== undefined) this.write(connection, XID.auth, auth(this.credentials));
    for (const call of this.waiting) this.send(connection, call);
    this.waiting.clear();
  }

  /** What was to compare with what this session has seen compares with nothing now. */
  private end(): void {
    for (const call of this.waiting) {
      if (!call.request.isOfItsSession) continue;
      this.waiting.delete(call);
      this.fail(call, new ZooKeeperReplyError(SESSION_EXPIRED));
    }
    this.hear.ended();
  }

  private receive(connection: Connection, packet: Buffer): void {
    const from = new JuteReader(packet);
    const xid = from.int();
    from.long(); // the transaction that the server has reached
    const error = from.int();
    if (xid === XID.event) {
      this.hear.changed(readEvent(from));
      return;
    }
    if (xid === XID.auth && error !== 0) {
      this.lastFailure = new ZooKeeperReplyError(error);
      for (const call of connection.sent.values()) this.fail(call, this.lastFailure);
      connection.sent.clear();
      connection.socket.destroy();
      return;
    }
    const call = connection.sent.get(xid);
    if (!call) return; // a ping, or it was given up
    const reply = error === 0 ? call.request.read(from) : undefined;
    connection.sent.delete(xid);
    this.failures = 0;
    if (error !== 0) this.fail(call, new ZooKeeperReplyError(error));
    else {
      clearTimeout(call.timer);
      call.resolve(reply);
    }
  }

  private disconnected(connection: Connection): void {
    clearInterval(connection.pings);
    this.connection = undefined;
    const cause = this.lastFailure ?? new Error(`${connection.server}: the connection was lost`);
    for (const call of connection.sent.values()) this.fail(call, new NoAnswerError(cause.message, { cause }));
    if (this.isClosed) return;
    // Each server once, without a pause; then all of them again, less and less often.
    const rounds = Math.floor(this.failures / this.servers.length);
    this.failures += 1;
    const pauseMs = rounds === 0 ? 0 : Math.random() * Math.min(MAX_PAUSE_MS, 25 * 2 ** rounds);
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.connect();
    }, pauseMs);
    this.hear.lost();
  }

  private send(connection: Connection, call: Call): void {
    this.xid = (this.xid + 1) % 0x7fff_ffff;
    connection.sent.set(this.xid, call);
    call.sentAt = performance.now();
    this.write(connection, this.xid, call.request);
  }

  private write({ socket }: Connection, xid: number, request: Request<unknown>): void {
    const writer = new JuteWriter().int(xid).int(request.op);
    request.write(writer);
    socket.write(writer.packet());
  }

  /** Its time is over. A server that has not said a word since is left for the next one. */
  private giveUp(call: Call): void {
    const { connection } = this;
    if (call.sentAt === undefined) {
      this.waiting.delete(call);
      const { lastFailure: cause } = this;
      const why = cause?.message ?? connection?.server ?? 'no connection';
      if (cause instanceof ZooKeeperReplyError) this.fail(call, cause);
      else this.fail(call, new NotSentError(`${why}: not connected in time`, { cause }));
      return;
    }
    this.fail(call, new NoAnswerError(`${connection?.server ?? 'ZooKeeper'}: no answer in time`));
    if (connection && connection.heardAt < call.sentAt) connection.socket.destroy();
  }

  private fail(call: Call, error: Error): void {
    clearTimeout(call.timer);
    call.reject(error);
  }
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
