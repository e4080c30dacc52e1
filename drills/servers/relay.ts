import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * An address that stays the same while what is behind it changes, as a virtual address or a proxy gives it. Connections
 * are led to its targets in turn.
 */
export class Relay {
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private targets: readonly number[];
  private turn = 0;

  private constructor(targets: readonly number[]) {
    this.targets = targets;
    this.server = createServer((client) => this.accept(client));
  }

  static async open(targets: readonly number[]): Promise<Relay> {
    const relay = new Relay(targets);
    await new Promise<void>((resolve, reject) => {
      relay.server.once('error', reject);
      relay.server.listen(0, LOOPBACK, resolve);
    });
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `url` with this relay in place of its host and port. */
  through(url: string): string {
    const relayed = new URL(url);
    relayed.host = `${LOOPBACK}:${this.port}`;
    return relayed.href;
  }

  /** Cuts every connection; new ones are led to these ports from now on, and refused where there are none. */
  leadTo(...targets: readonly number[]): void {
    this.targets = targets;
    for (const pair of this.pairs) this.end(pair);
  }

  async close(): Promise<void> {
    this.leadTo();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    const target = this.targets[this.turn % this.targets.length];
    this.turn += 1;
    if (target === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(target, LOOPBACK);
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [pair, [upstream, client]] as const) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined); // 'close' follows
      socket.on('close', () => this.end(pair));
      socket.pipe(other);
    }
  }

  private end(pair: readonly [Socket, Socket]): void {
    this.pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
