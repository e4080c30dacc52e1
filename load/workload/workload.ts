import type { Exchange, ExchangeSource, HttpRequest } from '../generator/exchange.js';
import type { Meter } from '../meter.js';
import type { Random } from '../random.js';
import type { AttemptResult, Intention, Order, OrderAttempts } from './order-attempts.js';
import { RetryQueue } from './retry-queue.js';
import type { Scenario } from './scenario.js';

export interface WorkloadOptions {
  readonly scenario: Scenario;
  /** By the order's number in the scenario. */
  readonly orders: readonly Order[];
  /** What a reader asks. */
  readonly read: HttpRequest;
  readonly retries: number;
  /** In a burst a buyer beyond the number of connections presses the button when a connection is free for him. */
  readonly closedLoop: boolean;
  readonly attempts: OrderAttempts;
  readonly meter: Meter;
  readonly random: Random;
}

/** The requests of a run in the order in which they become due, and what becomes of them. */
export class Workload implements ExchangeSource {
  /** Orders that were acknowledged. */
  readonly accepted: Order[] = [];
  private readonly options: WorkloadOptions;
  private readonly retries: RetryQueue;
  private startMs = 0;
  private next = 0;
  private last: number;
  private inFlight = 0;

  constructor(options: WorkloadOptions) {
    this.options = options;
    this.retries = new RetryQueue(options.random);
    this.last = options.scenario.arrivals.length;
  }

  begin(startMs: number): void {
    this.startMs = startMs;
    this.options.meter.begin(startMs);
  }

  take(nowMs: number, freeSinceMs: number): Exchange | undefined {
    const retry = this.retries.takeDue(nowMs);
    if (retry) return this.sendOrder(retry, nowMs, freeSinceMs);
    const arrival = this.options.scenario.arrivals[this.next];
    if (!arrival || this.next >= this.last || this.startMs + arrival.dueMs > nowMs) return undefined;
    this.next += 1;
    const dueMs = this.startMs + arrival.dueMs;
    const intendedMs = this.options.closedLoop ? Math.max(dueMs, freeSinceMs) : dueMs;
    if (arrival.order === undefined) return this.sendRead(intendedMs, nowMs, freeSinceMs);
    const order = this.options.orders[arrival.order];
    if (!order) throw new Error(`The scenario has no order ${arrival.order}.`);
    this.options.meter.offer(nowMs);
    const intention = { number: arrival.order, order, tries: 0, intendedMs, firstIntendedMs: intendedMs };
    return this.sendOrder(intention, nowMs, freeSinceMs);
  }

  nextDueMs(): number | undefined {
    const arrival = this.next < this.last ? this.options.scenario.arrivals[this.next] : undefined;
    const retryMs = this.retries.nextDueMs();
    if (!arrival) return retryMs;
    return Math.min(this.startMs + arrival.dueMs, retryMs ?? Infinity);
  }

  stopOffering(): void {
    this.options.meter.neverSent += this.last - this.next;
    this.last = this.next;
  }

  cutOff(nowMs: number): void {
    this.stopOffering();
    this.retries.clear().forEach(() => this.options.meter.leaveUndecided(nowMs, 'cut_off'));
  }

  get finished(): boolean {
    return this.next >= this.last && this.retries.size === 0 && this.inFlight === 0;
  }

  private sendOrder(intention: Intention, sentMs: number, freeSinceMs: number): Exchange {
    const { intendedMs } = intention;
    this.noteLag(intendedMs, sentMs, freeSinceMs);
    this.inFlight += 1;
    if (intention.tries > 0) this.options.meter.resent += 1;
    return this.options.attempts.send(intention.order, { intendedMs, sentMs }, (result) => {
      this.inFlight -= 1;
      this.settle(intention, result);
    });
  }

  private settle(intention: Intention, result: AttemptResult): void {
    const { meter, retries, scenario } = this.options;
    const { atMs, outcome, status } = result;
    const latencyMs = atMs - intention.firstIntendedMs;
    const code = result.code ?? `http_${status}`;
    if (outcome === 'ok') {
      this.accepted.push(intention.order);
      meter.accept(atMs, latencyMs, scenario.orders[intention.number]?.lines ?? []);
    } else if (outcome === 'fail') meter.refuse(atMs, latencyMs, code);
    else if (result.worthRetrying && intention.tries < retries) this.retries.add(intention, result);
    else meter.leaveUndecided(atMs, code);
  }

  private sendRead(intendedMs: number, sentMs: number, freeSinceMs: number): Exchange {
    const { meter, read } = this.options;
    this.noteLag(intendedMs, sentMs, freeSinceMs);
    this.inFlight += 1;
    const settle = (atMs: number, succeeded: boolean) => {
      this.inFlight -= 1;
      meter.read(atMs, atMs - intendedMs, succeeded);
    };
    return {
      request: read,
      answered: ({ status }, atMs) => settle(atMs, status === 200 || status === 304),
      lost: (_reason, atMs) => settle(atMs, false),
    };
  }

  /** A request that waited because every connection was busy is the service's lag; the rest is the harness's own. */
  private noteLag(intendedMs: number, sentMs: number, freeSinceMs: number): void {
    const { meter } = this.options;
    if (freeSinceMs > intendedMs) meter.waitedForConnection += 1;
    meter.sendLag.record(sentMs - Math.max(intendedMs, freeSinceMs));
  }
}
