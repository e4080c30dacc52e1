import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createVerifier } from 'fast-jwt';
import { ClosedLoop } from './closed-loop.js';
import type { RequestsOrder } from './requests.js';

const SECRET = 'signs-the-buyers-of-a-load';
const ORDERS = {
  kind: 'orders',
  secret: SECRET,
  saleId: '00000000-0000-7000-8000-000000000001',
  itemIds: ['00000000-0000-7000-8000-000000000002'],
  distribution: 'one',
  count: 20,
  seed: 1,
} as const satisfies RequestsOrder;

interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

describe('a closed loop', () => {
  let server: Server | undefined;
  const heard: Heard[] = [];

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    heard.length = 0;
  });

  /** @param answer gets the number of the order, from 0 */
  async function listen(answer: (response: ServerResponse, number: number) => void): Promise<number> {
    server = createServer((request, response) => {
      if (request.url === '/health/live') {
        response.setHeader('content-length', 2).end('{}');
        return;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({
          headers: request.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
        });
        answer(response, heard.length - 1);
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  function accept(response: ServerResponse, number: number): void {
    const id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
    const body = JSON.stringify({ id });
    response.writeHead(201, { location: `/v1/orders/${id}`, 'content-length': body.length }).end(body);
  }

  async function runAgainst(port: number, connections: number) {
    const loop = new ClosedLoop({ ports: [port], connections, requests: ORDERS, keepsOrderIds: true });
    await loop.open();
    const warmUp = await loop.warmUp({ leastMs: 20, mostMs: 2_000 });
    const window = await loop.measure(400);
    return { warmUp, window, drained: await loop.drain(2_000) };
  }

  it('keeps each connection busy with orders of buyers and keys of their own', async () => {
    const { warmUp, window, drained } = await runAgainst(await listen(accept), 8);
    expect(warmUp.unheard).toBe(0);
    expect(Object.keys(window.counts)).toEqual(['201']);
    expect(window.accepted.count).toBe(window.counts['201']);
    expect(window.accepted.p50).toBeGreaterThan(0);
    expect(drained).toEqual({ orderIds: expect.any(Array), unanswered: 0 });
    expect(drained.orderIds).toHaveLength(heard.length);
    const verify = createVerifier({ key: SECRET, algorithms: ['HS256'], allowedAud: 'holdfast' });
    const buyers = heard.map(({ headers }) => {
      const { sub } = verify((headers.authorization ?? '').slice('Bearer '.length)) as { sub: string };
      return sub;
    });
    expect(new Set(buyers).size).toBe(heard.length);
    expect(new Set(heard.map(({ headers }) => headers['idempotency-key'])).size).toBe(heard.length);
    const { saleId, itemIds } = ORDERS;
    expect(heard[0]?.body).toEqual({ saleId, lines: [{ itemId: itemIds[0], quantity: 1 }] });
    expect(window.requestsMadeLate).toBeGreaterThan(0); // 20 were made beforehand
  });

  it('counts refusals by status and code, and answers that come in pieces once', async () => {
    const port = await listen((response, number) => {
      if (number % 2 === 0) {
        accept(response, number);
        return;
      }
      const body = JSON.stringify({ status: 409, code: 'sold_out' });
      response.writeHead(409, { 'content-length': body.length });
      response.write(body.slice(0, 10));
      setTimeout(() => response.end(body.slice(10)), 2);
    });
    const { window, drained } = await runAgainst(port, 4);
    expect(Object.keys(window.counts).sort()).toEqual(['201', '409 sold_out']);
    expect(window.refused.count).toBe(window.counts['409 sold_out']);
    expect(drained.unanswered).toBe(0);
  });

  it('counts what was never answered, and goes on with a new connection', async () => {
    const port = await listen((response, number) => {
      if (number === 5) response.socket?.destroy();
      else accept(response, number);
    });
    const { drained } = await runAgainst(port, 2);
    expect(drained.unanswered).toBe(1);
    expect(drained.orderIds.length).toBeGreaterThan(5);
  });
});
