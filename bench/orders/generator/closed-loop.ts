import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { HttpAnswer } from './answer.js';
import type { DrainReport, LoadOrder, WarmUpOrder, WarmUpReport, WindowReport } from './calls.js';
import { Connection, type ConnectionListener } from './connection.js';
import { requestsOf, type Requests } from './requests.js';
import { Tally } from './tally.js';

const OPENED_AT_ONCE = 100; // a server's accept queue holds 511: more at once wait a second for their second try
const OPENING_PAUSE_MS = 10;
const LOOK_MS = 10;
/** A connection that was lost is opened again so often, counted over all of them; a service that is gone stays gone. */
const MAX_REOPENED_EACH = 2;

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

  async warmUp({ leastMs, mostMs }: WarmUpOrder): Promise<WarmUpReport> {
    const startedMs = performance.now();
    this.sending = true;
    for (let first = 0; first < this.connections.length; first += OPENED_AT_ONCE) {
      const some = this.connections.slice(first, first + OPENED_AT_ONCE);
      await Promise.all(some.map((connection) => connection.open()));
      for (const connection of some) connection.send(this.requests.next());
      await sleep(OPENING_PAUSE_MS);
    }
    const openedMs = performance.now();
    const unproven = () => this.connections.filter(({ proven }) => !proven).length;
    for (;;) {
      const passedMs = performance.now() - openedMs;
      if (passedMs >= mostMs || (passedMs >= leastMs && unproven() === 0)) break;
      await sleep(LOOK_MS);
    }
    return { tookMs: performance.now() - startedMs, unproven: unproven() };
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
