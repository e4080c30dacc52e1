import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { HttpAnswer } from './answer.js';
import type { DrainReport, LoadOrder, WarmUpOrder, WarmUpReport, WindowReport } from './calls.js';
import { Connection, type ConnectionListener } from './connection.js';
import { requestsOf, type Requests } from './requests.js';
import { Tally } from './tally.js';

const OPENED_AT_ONCE = 100; // a server's accept queue holds 511: more at once wait a second for their second try
const OPEN_WITHIN_MS = 5_000;
const LOOK_MS = 10;
/** A connection that was lost is opened again so often, counted over all of them; a service that is gone stays gone. */
const MAX_REOPENED_EACH = 2;

const PROBE = Buffer.from('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1');

/** Connections that each send the next request as soon as the last one is answered. */
export class ClosedLoop implements ConnectionListener {
  private readonly connections: Connection[];
  private readonly requests: Requests;
  private readonly orderIds: string[] | undefined;
  private tally = new Tally();
  private sending = false;
  private unanswered = 0;
  private reopened = 0;

  constructor({ ports, connections, requests, keepsOrderIds }: LoadOrder) {
    this.requests = requestsOf(requests);
    this.orderIds = keepsOrderIds ? [] : undefined;
    this.connections = Array.from(
      { length: connections },
      (_, index) => new Connection(ports[index % ports.length] ?? 0, this),
    );
  }

  /** @throws Error when they do not open */
  async open(): Promise<void> {
    for (let first = 0; first < this.connections.length; first += OPENED_AT_ONCE) {
      const some = this.connections.slice(first, first + OPENED_AT_ONCE);
      await Promise.all(some.map((connection) => connection.open()));
      // Node accepts one connection each time round its loop: a server under load would take seconds for a thousand.
      for (const connection of some) connection.send(PROBE);
      const deadline = performance.now() + OPEN_WITHIN_MS;
      while (some.some(({ busy }) => busy)) {
        if (performance.now() > deadline) throw new Error('A connection was opened and not answered.');
        await sleep(1);
      }
    }
  }

  async warmUp({ leastMs, mostMs }: WarmUpOrder): Promise<WarmUpReport> {
    const startedMs = performance.now();
    this.sending = true;
    for (const connection of this.connections) {
      connection.answers = 0;
      connection.send(this.requests.next());
    }
    const unheard = () => this.connections.filter(({ answers }) => answers === 0).length;
    for (;;) {
      const tookMs = performance.now() - startedMs;
      if (tookMs >= mostMs || (tookMs >= leastMs && unheard() === 0)) return { tookMs, unheard: unheard() };
      await sleep(LOOK_MS);
    }
  }

  async measure(windowMs: number): Promise<WindowReport> {
    this.tally = new Tally();
    const madeLate = this.requests.madeLate;
    const loop = performance.eventLoopUtilization();
    await sleep(windowMs);
    const { utilization } = performance.eventLoopUtilization(loop);
    return {
      ...this.tally.report(),
      busyShare: utilization,
      requestsMadeLate: this.requests.madeLate - madeLate,
    };
  }

  async drain(withinMs: number): Promise<DrainReport> {
    this.sending = false;
    const deadline = performance.now() + withinMs;
    while (this.connections.some(({ busy }) => busy) && performance.now() < deadline) await sleep(LOOK_MS);
    this.unanswered += this.connections.filter(({ busy }) => busy).length;
    for (const connection of this.connections) connection.close();
    return { orderIds: this.orderIds ?? [], unanswered: this.unanswered };
  }

  answered(connection: Connection, answer: HttpAnswer, latencyMs: number): void {
    this.tally.answered(answer, latencyMs);
    if (answer.orderId !== undefined) this.orderIds?.push(answer.orderId);
    if (this.sending) connection.send(this.requests.next());
  }

  lost(connection: Connection, reason: string, requestWasOut: boolean): void {
    if (requestWasOut) {
      this.unanswered += 1;
      this.tally.lost(reason);
    }
    if (!this.sending || this.reopened >= MAX_REOPENED_EACH * this.connections.length) return;
    this.reopened += 1;
    connection.open().then(
      () => {
        if (this.sending) connection.send(this.requests.next());
      },
      () => this.tally.lost('connection refused'),
    );
  }
}
