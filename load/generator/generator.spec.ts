import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { nowMs, pause } from '../clock.js';
import type { Exchange, ExchangeSource, HttpAnswer } from './exchange.js';
import { generate, type GeneratorOptions } from './generator.js';

/** Hands out numbered requests at given times, and notes what became of each. */
class Requests implements ExchangeSource {
  readonly answers = new Map<number, HttpAnswer>();
  readonly losses = new Map<number, string>();
  readonly sentMs: number[] = [];
  startMs = 0;
  private readonly dueMs: readonly number[];
  private last: number;

  constructor(dueMs: readonly number[]) {
    this.dueMs = dueMs;
    this.last = dueMs.length;
  }

  begin(startMs: number): void {
    this.startMs = startMs;
  }

  take(now: number): Exchange | undefined {
    const number = this.sentMs.length;
    if (number >= this.last || this.startMs + (this.dueMs[number] ?? 0) > now) return undefined;
    this.sentMs.push(nowMs() - this.startMs);
    return {
      request: {
        method: 'POST',
        path: `/${number}`,
        headers: { 'x-number': String(number) },
        body: `body ${number}`,
      },
      answered: (answer) => this.answers.set(number, answer),
      lost: (reason) => this.losses.set(number, reason),
    };
  }

  nextDueMs(): number | undefined {
    const dueMs = this.sentMs.length < this.last ? this.dueMs[this.sentMs.length] : undefined;
    return dueMs === undefined ? undefined : this.startMs + dueMs;
  }

  stopOffering(): void {
    this.last = this.sentMs.length;
  }

  cutOff(): void {
    this.stopOffering();
  }

  get finished(): boolean {
    return this.sentMs.length >= this.last && this.answers.size + this.losses.size === this.last;
  }
}

type Behaviour = (request: IncomingMessage, body: string, response: ServerResponse) => void;

describe('the generator', () => {
  let server: Server | undefined;
  const sockets = new Set<Socket>();

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  async function serve(behaviour: Behaviour): Promise<string> {
    server = createServer((request, response) => {
      if (request.url === '/health/live') return void response.end('{}');
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => behaviour(request, body, response));
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function run(url: string, source: ExchangeSource, rest: Partial<GeneratorOptions> = {}) {
    return generate({
      url,
      connections: 4,
      timeoutMs: 5_000,
      offerMs: 20_000,
      limitMs: 20_000,
      probe: { method: 'GET', path: '/health/live', headers: {} },
      source,
      signal: new AbortController().signal,
      ...rest,
    });
  }

  it('sends every request once, with its own path, headers and body, whatever the status of the answer', async () => {
    const seen: string[] = [];
    const url = await serve((request, body, response) => {
      seen.push(`${request.url ?? ''} ${String(request.headers['x-number'])} ${body}`);
      response.writeHead(seen.length % 2 === 0 ? 409 : 201, { 'x-echo': body }).end(`answer to ${body}`);
    });
    const source = new Requests(new Array<number>(40).fill(0));
    const report = await run(url, source);
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    expect(seen.sort()).toEqual(numbers.map((number) => `/${number} ${number} body ${number}`).sort());
    for (const number of numbers) expect(source.answers.get(number)?.body).toBe(`answer to body ${number}`);
    expect(report.autocannon.answers).toBe(44); // a probe on each connection, too
    expect(report.cutOff).toBe(false);
  });

  it('sends when a request is due, and keeps connections waiting meanwhile', async () => {
    const url = await serve((_request, _body, response) => response.end('{}'));
    const source = new Requests([0, 100, 200]);
    await run(url, source);
    expect(source.sentMs.map((ms, index) => ms >= index * 100 - 1)).toEqual([true, true, true]);
  });

  it('opens every connection before the first request', async () => {
    let open = 0;
    const url = await serve((_request, _body, response) => response.end('{}'));
    server?.on('connection', () => (open += 1));
    let openAtStart = 0;
    await run(url, new Requests([0]), { connections: 30, onStart: () => (openAtStart = open) });
    expect(openAtStart).toBe(30);
  });

  it.each<[string, Behaviour]>([
    ['reset', (request) => request.socket.resetAndDestroy()],
    ['ended without an answer', (request) => request.socket.end()],
    [
      'ended in the middle of an answer',
      (request) => request.socket.end('HTTP/1.1 201 Created\r\nContent-Len'),
    ],
  ])(
    'reports a request whose connection was %s as lost, and goes on with a new one',
    async (_how, breakOff) => {
      const url = await serve((request, body, response) => {
        if (request.url === '/1') breakOff(request, body, response);
        else response.writeHead(201).end(`answer to ${body}`);
      });
      const source = new Requests(new Array<number>(6).fill(0));
      await run(url, source, { connections: 1 });
      expect([...source.losses]).toEqual([[1, 'connection_lost']]);
      for (const number of [0, 2, 3, 4, 5])
        expect(source.answers.get(number)?.body).toBe(`answer to body ${number}`);
    },
  );

  it('reports a request without an answer as timed out, and goes on', async () => {
    const url = await serve((request, body, response) => {
      if (request.url !== '/0') response.end(`answer to ${body}`);
    });
    const source = new Requests([0, 0]);
    await run(url, source, { connections: 1, timeoutMs: 1_000 });
    expect([...source.losses]).toEqual([[0, 'timeout']]);
    expect(source.answers.get(1)?.body).toBe('answer to body 1');
  });

  it('sends nothing on a connection that the server is closing', async () => {
    const url = await serve((request, body, response) => {
      if (request.url === '/0') response.setHeader('connection', 'close');
      response.end(`answer to ${body}`);
    });
    const source = new Requests([0, 0, 0]);
    await run(url, source, { connections: 1 });
    expect(source.losses.size).toBe(0);
    expect(source.answers.size).toBe(3);
  });

  it('gives up a connection on which the server speaks unasked, and goes on with a new one', async () => {
    const url = await serve((_request, body, response) => response.end(`answer to ${body}`));
    server?.once('connection', (socket: Socket) => {
      const unasked = 'HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate';
      setTimeout(() => socket.end(unasked), 200);
    });
    const source = new Requests([0, 600]);
    await run(url, source, { connections: 1 });
    expect([...source.answers.values()].map(({ body }) => body)).toEqual([
      'answer to body 0',
      'answer to body 1',
    ]);
  });

  it('begins nothing after its time, and ends at its limit with what is still out cut off', async () => {
    const url = await serve(() => undefined);
    const source = new Requests([0, 0, 600_000]);
    const report = await run(url, source, { offerMs: 50, limitMs: 200 });
    expect(report.cutOff).toBe(true);
    expect([...source.losses.values()]).toEqual(['cut_off', 'cut_off']);
    expect(source.sentMs).toHaveLength(2);
  });

  it('ends when it is called off, and leaves no connection behind', async () => {
    const url = await serve(() => undefined);
    const abort = new AbortController();
    const running = run(url, new Requests([0]), { signal: abort.signal, onStart: () => abort.abort() });
    await expect(running).rejects.toMatchObject({ name: 'InterruptedError' });
    while (sockets.size > 0) await pause(5);
  });
});
