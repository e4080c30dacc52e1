import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookSignature } from '#platform';

const STATUS = { taken: 204, forged: 400, away: 503 } as const;

/** The shop that is told of events: it keeps what it was told of which order, and may be away. */
export class ShopEndpoint {
  /** Deliveries, those that came again included. */
  delivered = 0;
  forged = 0;
  isAway = false;
  readonly url: string;
  private readonly server: Server;
  private readonly signature: WebhookSignature;
  private readonly typesByOrder = new Map<string, Set<string>>();

  private constructor(server: Server, secret: string) {
    this.server = server;
    this.signature = new WebhookSignature([secret]);
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  }

  static async open(secret: string): Promise<ShopEndpoint> {
    const server = createServer((request, response) => void endpoint.receive(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = new ShopEndpoint(server, secret);
    return endpoint;
  }

  /** Whether it was told this of an order: `order.paid`. */
  wasTold(orderId: string, type: string): boolean {
    return this.typesByOrder.get(orderId)?.has(type) ?? false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.writeHead(STATUS[this.take(request, Buffer.concat(chunks).toString())]).end();
  }

  private take(request: IncomingMessage, body: string): keyof typeof STATUS {
    if (this.isAway) return 'away';
    const given = request.headers['x-webhook-signature'];
    if (typeof given !== 'string' || !this.signature.verifies(given, body, Date.now() / 1000)) {
      this.forged += 1;
      return 'forged';
    }
    this.delivered += 1;
    const { type, data } = JSON.parse(body) as { type: string; data: { orderId?: string } };
    if (data.orderId !== undefined) {
      const types = this.typesByOrder.get(data.orderId) ?? new Set();
      this.typesByOrder.set(data.orderId, types.add(type));
    }
    return 'taken';
  }
}
