import type { Metrics } from '#platform';
import type { Guards } from '../guards.js';
import { Journal } from '../invariants/journal.js';
import { moneyViolation, settledMoneyViolation } from '../invariants/money.js';
import { recordViolations } from '../invariants/record.js';
import { openEndViolation } from '../invariants/settled.js';
import type { Violation } from '../invariants/violation.js';
import { LockServer } from '../locks/lock-server.js';
import { Network } from '../network/network.js';
import { PostgresServer } from '../postgres/postgres-server.js';
import { keyOf } from '../postgres/tables.js';
import type { Transaction } from '../postgres/transaction.js';
import { ApiProcess } from '../shop/api-process.js';
import { Buyers } from '../shop/buyers.js';
import { Http } from '../shop/http.js';
import type { ShopProcess, Surroundings } from '../shop/shop-process.js';
import { SimulatedGateway } from '../shop/simulated-gateway.js';
import { WorkerProcess } from '../shop/worker-process.js';
import { Actor } from '../time/actor.js';
import { Scheduler } from '../time/scheduler.js';
import { describe, describeFault, describeWrites } from './describe.js';
import type { Action, ProcessFault, ProcessName, Schedule, Step } from './step.js';

/** What is over by then: every hold, extended or not, every webhook that is sent again, every payment that is asked anew. */
const QUIET_MS = 150_000;
/** When nothing happens any more but what is due by time, the worker looks less often. */
const BUSY_MS = 8_000;
const REST_FACTOR = 8;
const HOUR_MS = 3_600_000;

export interface WorldOptions {
  readonly guards: Guards;
  readonly metrics: Metrics;
  /** The one promise that is looked at. Default: all of them. */
  readonly only?: string;
  /** Hears what happens, a line each. */
  readonly trace?: (line: string) => void;
}

/** The whole service, its servers, its buyers and what befalls them, on one clock. */
export class World {
  readonly scheduler: Scheduler;
  private readonly schedule: Schedule;
  private readonly metrics: Metrics;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly actor: Actor;
  private readonly surroundings: Surroundings;
  private readonly http: Http;
  private readonly gateway: SimulatedGateway;
  private readonly journal: Journal;
  private readonly buyers: Buyers;
  private readonly apis = new Map<ProcessName, ApiProcess>();
  private readonly workers = new Map<ProcessName, WorkerProcess>();
  private starts = 0;
  private readonly only: string | undefined;
  private found: Violation | undefined;

  constructor(schedule: Schedule, { guards, metrics, only, trace }: WorldOptions) {
    const { seed } = schedule;
    this.schedule = schedule;
    this.metrics = metrics;
    this.only = only;
    this.actor = new Actor('world', seed);
    this.scheduler = new Scheduler(this.actor);
    const { scheduler } = this;
    this.trace = trace && ((line) => trace(`${scheduler.nowMs.toFixed(3).padStart(11)}  ${line}`));
    const network = new Network(scheduler);
    const postgres = new PostgresServer(scheduler, {
      seed,
      guards,
      onCommit: (transaction) => this.committed(transaction),
    });
    const lockServer = new LockServer(scheduler, { seed, guards });
    this.surroundings = {
      ...{ scheduler, network, postgres, lockServer, seed },
      report: (violation) => this.report(violation),
    };
    this.http = new Http(scheduler, network);
    this.gateway = new SimulatedGateway(scheduler, {
      ...{ seed, guards, network, http: this.http },
      replica: () => this.anyApi(this.gateway.actor),
      onChange: () => this.checkMoney(),
    });
    const { tables } = postgres;
    this.journal = new Journal(scheduler, { tables, report: this.surroundings.report, trace: this.trace });
    const { http, journal } = this;
    this.buyers = new Buyers(scheduler, { http, journal, seed, replica: (actor) => this.anyApi(actor) });
    this.stock();
  }

  /** @returns the first promise that was broken */
  async run(): Promise<Violation | undefined> {
    for (const name of ['api-1', 'api-2', 'api-3', 'worker-1', 'worker-2'] as const) this.start(name);
    for (const step of this.schedule.steps) {
      this.scheduler.after(step.atMs, this.actor, () => this.take(step));
    }
    const endMs = (this.schedule.steps.at(-1)?.atMs ?? 0) + QUIET_MS;
    await this.scheduler.runUntil(endMs, () => this.found !== undefined);
    const { tables } = this.surroundings.postgres;
    this.report(openEndViolation(tables));
    this.report(settledMoneyViolation(tables, this.gateway.books));
    this.report(this.journal.settledViolation());
    return this.found;
  }

  private report(violation: Violation | undefined): void {
    if (!violation || (this.only !== undefined && violation.invariant !== this.only)) return;
    this.found ??= violation;
  }

  private committed(transaction: Transaction): void {
    const { tables } = this.surroundings.postgres;
    this.trace?.(`committed: ${describeWrites(transaction, tables)}`);
    this.journal.lookAgain();
    for (const violation of recordViolations(tables)) this.report(violation);
    this.checkMoney();
  }

  private checkMoney(): void {
    this.report(moneyViolation(this.surroundings.postgres.tables, this.gateway.books));
  }

  private stock(): void {
    const { tables } = this.surroundings.postgres;
    const { stock, offers, reservationTtlSeconds } = this.schedule;
    const nowMs = this.scheduler.wallClockMs;
    for (const [itemId, onHand] of Object.entries(stock)) {
      tables.stock.rows.set(itemId, { itemId, onHand, reserved: 0, fence: 0, version: 0 });
      tables.movements.rows.set(itemId, {
        ...{ id: itemId, itemId, orderId: null, kind: 'receive', fence: null, reference: null },
        onHandDelta: onHand,
        reservedDelta: 0,
      });
    }
    for (const offer of offers) {
      tables.saleItems.rows.set(keyOf(offer.saleId, offer.itemId), { ...offer, held: 0 });
      tables.sales.rows.set(offer.saleId, {
        id: offer.saleId,
        startsAtMs: nowMs - HOUR_MS,
        endsAtMs: nowMs + HOUR_MS,
        paused: false,
        reservationTtlSeconds,
      });
    }
  }

  private take({ number, action }: Step): void {
    this.trace?.(`#${number} ${describe(action)}`);
    switch (action.kind) {
      case 'order':
        this.order(number, action);
        return;
      case 'pay':
        this.withOrder(number, action, (process, orderId) =>
          process.pay(action.buyerId, orderId, action.outcome),
        );
        return;
      case 'cancel':
        this.cancel(number, action);
        return;
      case 'adjust':
        void this.http.request(this.actor, this.anyApi(this.actor), (process) =>
          process.adjust(action.itemId, action.quantity, `count-${number}`),
        );
        return;
      case 'pause-sale':
        this.pauseSale(action.saleId, true);
        this.scheduler.after(action.ms, this.actor, () => this.pauseSale(action.saleId, false));
        return;
      default:
        this.befall(action);
    }
  }

  private order(number: number, { wish, retries, again }: Extract<Action, { kind: 'order' }>): void {
    void this.buyers.order(2 * number, wish, retries);
    if (!again) return;
    const key = again === 'same key' ? wish.key : `${wish.key}-too`;
    void this.buyers.order(2 * number + 1, { ...wish, key }, retries);
  }

  private withOrder(
    number: number,
    { buyerId, times }: { readonly buyerId: string; readonly times: number },
    handle: Parameters<Buyers['withOrder']>[2],
  ): void {
    for (let time = 0; time < times; time += 1) {
      void this.buyers.withOrder(2 * number + time, buyerId, handle);
    }
  }

  private cancel(number: number, action: Extract<Action, { kind: 'cancel' }>): void {
    const { buyerId, afterExpiryMs } = action;
    const now = (): void =>
      this.withOrder(number, action, (process, orderId) => process.cancel(buyerId, orderId));
    if (afterExpiryMs === undefined) {
      now();
      return;
    }
    const order = this.surroundings.postgres.tables.orders.rows.get(this.buyers.latestOrder(buyerId) ?? '');
    if (!order) return;
    const waitMs = order.expiresAtMs - this.scheduler.wallClockMs + afterExpiryMs;
    this.scheduler.after(waitMs, this.actor, now);
  }

  private befall(
    action: Exclude<Action, { kind: 'order' | 'pay' | 'cancel' | 'adjust' | 'pause-sale' }>,
  ): void {
    const { network, postgres, lockServer } = this.surroundings;
    switch (action.kind) {
      case 'process':
        this.arm(action);
        return;
      case 'slow-network':
        network.slowDown(action.process, action.forMs, action.ms);
        return;
      case 'postgres-restart':
        postgres.restart(action.downMs);
        return;
      case 'slow-commits':
        postgres.slowDownCommits(action.forMs, action.ms);
        return;
      case 'locks-lost':
        lockServer.lose(action.slowerMs);
        return;
      case 'locks-away':
        lockServer.goAway(action.ms);
        return;
      case 'locks-lossy':
      case 'locks-repeat': {
        const how = action.kind === 'locks-lossy' ? 'lossy' : 'repeat';
        this.processOf(action.process)?.lockLink.fail(how, action);
        return;
      }
      case 'gateway-quiet':
        this.gateway.goQuiet(action.ms);
    }
  }

  private arm({ process: name, fault, at }: Extract<Action, { kind: 'process' }>): void {
    const process = this.processOf(name);
    if (!process?.actor.isAlive) return;
    const strike = (): void => {
      this.trace?.(`${name}: ${describeFault(fault)}${at ? ` (${at})` : ''}`);
      this.strike(name, process, fault);
    };
    if (at) process.trap(at, strike);
    else strike();
  }

  private strike(name: ProcessName, process: ShopProcess, fault: ProcessFault): void {
    switch (fault.kind) {
      case 'kill':
        process.kill();
        this.scheduler.after(fault.downMs, this.actor, () => this.start(name));
        return;
      case 'pause':
        this.scheduler.pause(process.actor, fault.ms);
        return;
      case 'cut':
        process.loseConnections(fault.lateMs);
    }
  }

  private start(name: ProcessName): void {
    this.starts += 1;
    const { metrics, surroundings } = this;
    if (name.startsWith('api')) {
      this.apis.set(name, new ApiProcess(name, this.starts, surroundings, metrics));
      return;
    }
    const worker: WorkerProcess = new WorkerProcess(name, this.starts, surroundings, {
      gateway: this.gateway.seenBy(() => worker.actor),
      metrics,
      restFactor: () => (this.isBusy() ? 1 : REST_FACTOR),
    });
    this.workers.set(name, worker);
  }

  private isBusy(): boolean {
    return this.scheduler.nowMs < (this.schedule.steps.at(-1)?.atMs ?? 0) + BUSY_MS;
  }

  private processOf(name: ProcessName): ShopProcess | undefined {
    return this.apis.get(name) ?? this.workers.get(name);
  }

  /** As a load balancer that knows nothing of them chooses. */
  private anyApi({ random }: Actor): ApiProcess | undefined {
    const apis = [...this.apis.values()];
    return apis[random.below(apis.length)];
  }

  private pauseSale(saleId: string, paused: boolean): void {
    const { sales } = this.surroundings.postgres.tables;
    const sale = sales.rows.get(saleId);
    if (sale) sales.rows.set(saleId, { ...sale, paused });
  }
}
