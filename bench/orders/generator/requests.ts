import { randomUUID } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import { randomOf } from '#load';
import { drawerOf, type Distribution } from './distribution.js';

export type RequestsOrder = OrderRequestsOrder | ReadRequestsOrder;

interface OrderRequestsOrder {
  readonly kind: 'orders';
  /** Signs the buyers' tokens; the service has the same. */
  readonly secret: string;
  readonly saleId: string;
  readonly itemIds: readonly string[];
  readonly distribution: Distribution;
  /** How many to make beforehand. */
  readonly count: number;
  readonly seed: number;
}

interface ReadRequestsOrder {
  readonly kind: 'reads';
  readonly path: string;
  /** Sent as If-None-Match. */
  readonly etag: string | undefined;
}

/** Where the connections get their requests from, as the bytes that go on the wire. */
export interface Requests {
  next(): Buffer;
  /** Requests that had to be made while the load ran, because those made beforehand did not suffice. */
  readonly madeLate: number;
}

const AUDIENCE = 'holdfast';
const TOKEN_SECONDS = 24 * 3_600;

export function requestsOf(order: RequestsOrder): Requests {
  return order.kind === 'orders' ? new OrderRequests(order) : readRequests(order);
}

/** Orders, each by a buyer of its own, under a key of its own. */
class OrderRequests implements Requests {
  private readonly make: () => Buffer;
  private readonly prepared: Buffer[];
  private used = 0;

  constructor(order: OrderRequestsOrder) {
    this.make = makerOf(order);
    this.prepared = Array.from({ length: order.count }, this.make);
  }

  get madeLate(): number {
    return Math.max(0, this.used - this.prepared.length);
  }

  next(): Buffer {
    const request = this.prepared[this.used];
    this.used += 1;
    return request ?? this.make();
  }
}

function makerOf({ secret, saleId, itemIds, distribution, seed }: OrderRequestsOrder): () => Buffer {
  const sign = createSigner({ key: secret, algorithm: 'HS256', noTimestamp: true });
  const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
  const draw = drawerOf(distribution, itemIds.length, randomOf(seed));
  return () => {
    const buyerId = randomUUID();
    const lines = draw().map((item) => ({ itemId: itemIds[item] ?? '', quantity: 1 }));
    const body = JSON.stringify({ saleId, lines });
    return Buffer.from(
      `POST /v1/orders HTTP/1.1\r\nHost: localhost\r\n` +
        `Authorization: Bearer ${sign({ sub: buyerId, aud: AUDIENCE, exp })}\r\n` +
        `Idempotency-Key: ${randomUUID()}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
  };
}

function readRequests({ path, etag }: ReadRequestsOrder): Requests {
  const condition = etag === undefined ? '' : `If-None-Match: ${etag}\r\n`;
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${condition}\r\n`, 'latin1');
  return { next: () => request, madeLate: 0 };
}
