import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly delayed: { data: Buffer; dueAt: number }[];
  timer: NodeJS.Timeout | undefined;
  losesReplies: boolean;
}

/** A network between client and server that can be made worse. */
export class TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private readonly targetPort: number;
  private replyDelayMs = 0;
  private losesReplies = false;
  private refuses = false;
  private trap: { text: string; reaches: boolean; thenRefuses: boolean } | undefined;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
    this.server = createServer((client) => this.accept(client));
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  delayReplies(delayMs: number): void {
    this.replyDelayMs = delayMs;
  }

  /** The next thing the server says is lost, together with the connection, as when a host dies. */
  loseNextReply(): void {
    this.losesReplies = true;
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
    this.trap = { text, reaches, thenRefuses };
  }

  /** Cuts every connection, and refuses new ones until `restore`. */
  cut(): void {
    this.refuses = true;
    for (const pair of this.pairs) this.end(pair);
  }

  private cutAllBut(kept: Pair): void {
    this.refuses = true;
    for (const pair of this.pairs) if (pair !== kept) this.end(pair);
  }

  restore(): void {
    this.refuses = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.refuses) {
      client.destroy();
      return;
    }
    const upstream = connect(this.targetPort, '127.0.0.1');
    const pair: Pair = { client, upstream, delayed: [], timer: undefined, losesReplies: false };
    this.pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // 'close' follows
      socket.on('close', () => this.end(pair));
    }
    client.on('data', (data) => this.request(pair, data));
    upstream.on('data', (data) => this.reply(pair, data));
  }

  private request(pair: Pair, data: Buffer): void {
    if (this.trap && data.includes(this.trap.text)) {
      const { reaches, thenRefuses } = this.trap;
      this.trap = undefined;
      if (thenRefuses) this.cutAllBut(pair);
      if (!reaches) {
        this.end(pair);
        return;
      }
      pair.losesReplies = true;
    }
    pair.upstream.write(data);
  }

  private reply(pair: Pair, data: Buffer): void {
    if (this.losesReplies || pair.losesReplies) {
      this.losesReplies = false;
      this.end(pair);
      return;
    }
    const dueAt = performance.now() + this.replyDelayMs;
    pair.delayed.push({ data, dueAt });
    if (pair.delayed.length === 1) this.deliver(pair);
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
