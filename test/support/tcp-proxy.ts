import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Cuts what travels on a connection into requests, and knows which of them have their answers. */
export interface Requests {
  /** @returns the requests that are complete by now */
  sent(data: Buffer): Buffer[];
  /** @returns how many requests these bytes finish the answer of */
  answered(data: Buffer): number;
}

/**
 * Where a request is stopped: the server has not heard it; it has, and may have done what it says; it has answered, and the
 * client has not heard. What the client sent behind it has not arrived in any case.
 */
export type Moment = 'before' | 'sent' | 'answered';

interface Trap {
  readonly moment: Moment;
  readonly text: string;
  readonly spring: (pair: Pair) => void;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly requests: Requests;
  readonly delayed: { data: Buffer; dueAt: number }[];
  /** Requests that wait while the connection stands still. */
  readonly held: Buffer[];
  timer: NodeJS.Timeout | undefined;
  unanswered: number;
  /** Goes off when everything that was sent is answered. */
  whenAnswered: ((pair: Pair) => void) | undefined;
  standsStill: boolean;
  hasLostReply: boolean;
}

/** Where nothing is known of the protocol: what arrives together is a request, and what comes next answers all of them. */
const CHUNKS: Requests = { sent: (data) => [data], answered: () => Infinity };

/** A network between client and server that can be made worse. */
export class TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private readonly newRequests: () => Requests;
  private targetPort: number;
  private replyDelayMs = 0;
  private losesReplies = false;
  private dropsReplies = false;
  private refuses = false;
  private trap: Trap | undefined;

  private constructor(targetPort: number, newRequests: () => Requests) {
    this.targetPort = targetPort;
    this.newRequests = newRequests;
    this.server = createServer((client) => this.accept(client));
  }

  /** @param newRequests the protocol, made anew for each connection, where `stopAt` is to tell apart what travels together */
  static async start(targetPort: number, newRequests = (): Requests => CHUNKS): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort, newRequests);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The same address, by way of the proxy. */
  through(url: string): string {
    const address = new URL(url);
    address.port = String(this.port);
    return address.href;
  }

  delayReplies(delayMs: number): void {
    this.replyDelayMs = delayMs;
  }

  /** The next thing the server says is lost, together with the connection, as when a host dies. */
  loseNextReply(): void {
    this.losesReplies = true;
  }

  /** The server hears everything, and nobody hears the server, until `restore`. */
  dropReplies(): void {
    this.dropsReplies = true;
  }

  /**
   * Stops the next request that contains the text, once, at that moment. Its connection stands still until `action` is done,
   * and goes on as if nothing had been, unless it was cut.
   * @returns settles when `action` has
   */
  stopAt(moment: Moment, text: string, action: (cut: () => void) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const spring = async (pair: Pair): Promise<void> => {
        await action(() => this.end(pair));
        this.moveOn(pair);
      };
      this.trap = { moment, text, spring: (pair) => void spring(pair).then(resolve, reject) };
    });
  }

  /**
   * The next request that contains the text loses its connection instead of getting an answer.
   * @param reaches whether the server hears it first, and does what it says
   * @param thenRefuses from then on every other connection is cut and refused too, until `restore`
   */
  loseAnswerTo(
    text: string,
    { reaches, thenRefuses = false }: { reaches: boolean; thenRefuses?: boolean },
  ): void {
    const spring = (pair: Pair): void => {
      if (thenRefuses) this.cut();
      else this.end(pair);
    };
    this.trap = { moment: reaches ? 'answered' : 'before', text, spring };
  }

  /** Cuts every connection, and refuses new ones until `restore`. */
  cut(): void {
    this.refuses = true;
    this.cutConnections();
  }

  /** Cuts every connection; new ones lead to this port, as after a failover. */
  lead(targetPort: number): void {
    this.targetPort = targetPort;
    this.cutConnections();
  }

  restore(): void {
    this.refuses = false;
    this.dropsReplies = false;
    for (const pair of this.pairs) if (pair.hasLostReply) this.end(pair);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private cutConnections(): void {
    for (const pair of this.pairs) this.end(pair);
  }

  private accept(client: Socket): void {
    if (this.refuses) {
      client.destroy();
      return;
    }
    const upstream = connect(this.targetPort, '127.0.0.1');
    const pair: Pair = {
      client,
      upstream,
      requests: this.newRequests(),
      delayed: [],
      held: [],
      timer: undefined,
      unanswered: 0,
      whenAnswered: undefined,
      standsStill: false,
      hasLostReply: false,
    };
    this.pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // 'close' follows
      socket.on('close', () => this.end(pair));
    }
    client.on('data', (data) => {
      pair.held.push(...pair.requests.sent(data));
      if (!pair.standsStill) this.forward(pair);
    });
    upstream.on('data', (data) => this.reply(pair, data));
  }

  private forward(pair: Pair): void {
    for (let request = pair.held.shift(); request; request = pair.held.shift()) {
      const trap = this.trap && request.includes(this.trap.text) ? this.trap : undefined;
      if (trap) {
        this.trap = undefined;
        pair.standsStill = true;
      }
      if (trap?.moment === 'before') {
        pair.held.unshift(request);
        // What is before it must have been done: only then is nothing but this missing.
        if (pair.unanswered === 0) trap.spring(pair);
        else pair.whenAnswered = trap.spring;
        return;
      }
      pair.unanswered += 1;
      if (trap?.moment === 'answered') pair.whenAnswered = trap.spring;
      pair.upstream.write(request);
      if (trap?.moment === 'sent') trap.spring(pair);
      if (trap) return;
    }
  }

  private reply(pair: Pair, data: Buffer): void {
    pair.unanswered = Math.max(0, pair.unanswered - pair.requests.answered(data));
    if (this.losesReplies) {
      this.losesReplies = false;
      this.end(pair);
      return;
    }
    if (this.dropsReplies) {
      pair.hasLostReply = true;
      return;
    }
    const dueAt = performance.now() + this.replyDelayMs;
    pair.delayed.push({ data, dueAt });
    if (pair.whenAnswered && pair.unanswered === 0) {
      const spring = pair.whenAnswered;
      pair.whenAnswered = undefined;
      spring(pair);
    } else if (pair.delayed.length === 1 && !pair.standsStill) this.deliver(pair);
  }

  private moveOn(pair: Pair): void {
    pair.standsStill = false;
    if (!this.pairs.has(pair)) return;
    this.deliver(pair);
    this.forward(pair);
  }

  /** In the order in which the server spoke, whatever the delay was then. */
  private deliver(pair: Pair): void {
    for (let next = pair.delayed[0]; next; next = pair.delayed[0]) {
      const remainingMs = next.dueAt - performance.now();
      if (remainingMs > 0) {
        pair.timer = setTimeout(() => this.deliver(pair), Math.ceil(remainingMs));
        return;
      }
      pair.delayed.shift();
      pair.client.write(next.data);
    }
  }

  private end(pair: Pair): void {
    clearTimeout(pair.timer);
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.upstream.destroy();
  }
}
