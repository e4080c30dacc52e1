import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookSignature } from '#platform';

const SHOP_SECRET = 'signs-what-the-shop-is-told';

export interface Heard {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly data: Record<string, unknown>;
  readonly isSigned: boolean;
}

/** The shop that is told: an HTTP server that keeps what it heard, and answers as the test wants. */
export class ShopEndpoint {
  readonly heard: Heard[] = [];
  /** Of the requests that came with one. */
  readonly traceparents: string[] = [];
  /** What it answers: a status, or nothing at all. */
  answer: number | 'nothing' = 200;
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  }

  /** The settings of a worker that tells it. */
  get env(): Record<string, string> {
    return { SHOP_WEBHOOK_URL: this.url, SHOP_WEBHOOK_SECRET: SHOP_SECRET };
  }

  static async open(port = 0): Promise<ShopEndpoint> {
    const signature = new WebhookSignature([SHOP_SECRET]);
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const { 'x-webhook-signature': given, traceparent } = request.headers;
        if (typeof traceparent === 'string') endpoint.traceparents.push(traceparent);
        const isSigned = signature.verifies(given as string, body, Date.now() / 1000);
        endpoint.heard.push({ ...(JSON.parse(body) as Omit<Heard, 'isSigned'>), isSigned });
        if (endpoint.answer === 'nothing') return;
        const location = endpoint.answer === 302 ? { location: endpoint.url } : {};
        response.writeHead(endpoint.answer, location).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const endpoint = new ShopEndpoint(server);
    return endpoint;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The types of what it heard of an order or item, in the order in which it happened. */
  typesOf(id: string): string[] {
    return this.eventsOf(id).map(({ type }) => type);
  }

  eventsOf(id: string): Heard[] {
    return this.heard
      .filter(({ data }) => data.orderId === id || data.itemId === id)
      .sort((one, other) => one.occurredAt.localeCompare(other.occurredAt));
  }
}
