import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type State = 'authorized' | 'captured' | 'declined' | 'voided' | 'refunded';

interface Account {
  state: State;
  readonly amount: number;
  readonly currency: string;
}

/** From which states an operation leads to which; asked again it leads where it led. */
const OPERATIONS: Record<string, { readonly from: (State | undefined)[]; readonly to: State }> = {
  authorize: { from: [undefined], to: 'authorized' },
  capture: { from: [undefined, 'authorized'], to: 'captured' },
  void: { from: ['authorized'], to: 'voided' },
  refund: { from: ['captured'], to: 'refunded' },
};

/** The provider of the example: its sandbox, as a server on the loopback. */
export class AcmeServer {
  readonly apiKey = 'the-key-of-the-shop';
  private readonly accounts = new Map<string, Account>();
  private server: Server | undefined;
  private port = 0;
  private losesNext = false;

  static async start(): Promise<AcmeServer> {
    const acme = new AcmeServer();
    await acme.listen();
    return acme;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** At the same address as before. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  loseNextAnswer(): void {
    this.losesNext = true;
  }

  /** Minor units that it has of a charge. */
  taken(id: string): number {
    const account = this.accounts.get(id);
    return account?.state === 'captured' ? account.amount : 0;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as { amount: number; currency: string; source: string };
    const isKnown = request.headers.authorization === `Bearer ${this.apiKey}`;
    const [, , id = '', operation = ''] = (request.url ?? '').split('/');
    const { status, answer } = isKnown ? this.apply(id, operation, body) : { status: 401, answer: {} };
    if (this.losesNext) {
      this.losesNext = false;
      response.destroy();
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private apply(id: string, operation: string, body: { amount: number; currency: string; source: string }) {
    const known = this.accounts.get(id);
    const move = OPERATIONS[operation];
    if (!move) return { status: 404, answer: {} };
    if (known?.state === 'declined' || (!known && body.source === 'declined-card')) {
      this.accounts.set(id, { ...body, state: 'declined' });
      return { status: 402, answer: { reason: 'card_declined' } };
    }
    if (known?.state !== move.to && !move.from.includes(known?.state)) {
      return { status: 402, answer: { reason: `is ${known?.state ?? 'unknown'}` } };
    }
    const { amount, currency } = known ?? body;
    this.accounts.set(id, { amount, currency, state: move.to });
    return { status: 200, answer: { amount, currency } };
  }
}
