import { ALL_GUARDS } from '../../simulation/guards.js';
import { Network } from '../../simulation/network/network.js';
import { ConnectionPool } from '../../simulation/postgres/connection-pool.js';
import { PostgresServer } from '../../simulation/postgres/postgres-server.js';
import { SimulatedDatabase } from '../../simulation/postgres/simulated-database.js';
import { keyOf } from '../../simulation/postgres/tables.js';
import { Actor } from '../../simulation/time/actor.js';
import { Scheduler } from '../../simulation/time/scheduler.js';
import { withVirtualTime } from '../../simulation/time/virtual-time.js';
import { answerOf, ITEMS, SALE, sorted, STOCK, termsOf, type Operation } from './shared-record.js';

const HOUR_MS = 3_600_000;

/** The service's code on the simulated PostgreSQL. */
export class SimulatedSide {
  readonly database: SimulatedDatabase;
  private readonly process = new Actor('test', 1);
  private readonly scheduler = new Scheduler(this.process);
  private readonly server: PostgresServer;

  constructor() {
    const { scheduler, process } = this;
    this.server = new PostgresServer(scheduler, { seed: 1, guards: ALL_GUARDS, onCommit: () => undefined });
    const ends = { scheduler, network: new Network(scheduler), server: this.server, process };
    this.database = new SimulatedDatabase(new ConnectionPool({ ...ends, onMoment: () => undefined }, 2));
  }

  fill(): void {
    const { tables } = this.server;
    const nowMs = this.scheduler.wallClockMs;
    tables.sales.rows.set(SALE, {
      ...{ id: SALE, startsAtMs: nowMs - HOUR_MS, endsAtMs: nowMs + HOUR_MS },
      paused: false,
      reservationTtlSeconds: 600,
    });
    for (const [index, itemId] of ITEMS.entries()) {
      tables.stock.rows.set(itemId, { itemId, onHand: STOCK, reserved: 0, fence: 0, version: 0 });
      tables.saleItems.rows.set(keyOf(SALE, itemId), { saleId: SALE, itemId, ...termsOf(index), held: 0 });
    }
  }

  async run(operation: Operation): Promise<string> {
    const { scheduler } = this;
    return withVirtualTime(scheduler, async () => {
      let answer: string | undefined;
      scheduler.after(0, this.process, () => {
        void answerOf(operation, this.database).then((given) => (answer = given));
      });
      await scheduler.runUntil(scheduler.nowMs + 10_000, () => answer !== undefined);
      return answer ?? 'no answer';
    });
  }

  endHold(orderId: string): void {
    const { rows } = this.server.tables.orders;
    const order = rows.get(orderId);
    if (order) rows.set(orderId, { ...order, expiresAtMs: 0 });
  }

  record(): unknown {
    const { stock, saleItems, purchases, orders, movements, payments } = this.server.tables;
    return sorted({
      stock: [...stock.rows.values()].map((row) => [
        row.itemId,
        row.onHand,
        row.reserved,
        row.fence,
        row.version,
      ]),
      held: [...saleItems.rows.values()].map((row) => [row.itemId, row.held]),
      purchases: [...purchases.rows.values()].map((row) => [row.itemId, row.buyerId, row.quantity]),
      orders: [...orders.rows.values()].map((row) => [row.id, row.status, row.stockState, row.totalAmount]),
      movements: [...movements.rows.values()].map((row) => [
        ...[row.itemId, row.orderId, row.kind, row.onHandDelta, row.reservedDelta, row.fence, row.reference],
      ]),
      payments: [...payments.rows.values()].map((row) => [row.orderId, row.status, row.dueAtMs !== null]),
    });
  }
}
