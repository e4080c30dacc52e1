import { Logger } from '@nestjs/common';
import { claimStock, reserveStock } from '#inventory';
import { loadStatement, type Database, type Transaction } from '#platform';
import type { Gate } from './gate.js';
import { recordOrders } from './record.js';
import { readSnapshot } from './snapshot.js';

const ITEMS_ON_SALE = loadStatement(import.meta.url, './items-on-sale.sql');

const LOOK_EVERY_MS = 10_000;

/**
 * Has ready what the first order of a sale would otherwise wait for: every connection of the pool, each with the statements of
 * an order prepared, and the items of the sales that are near. Before the process serves, and again where connections were lost
 * or sales were made. What is away is left to the next look: nobody depends on it.
 */
export class WarmUp {
  private readonly logger = new Logger('WarmUp');
  private readonly database: Database;
  private readonly gate: Gate;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(database: Database, gate: Gate, { everyMs = LOOK_EVERY_MS } = {}) {
    this.database = database;
    this.gate = gate;
    this.everyMs = everyMs;
  }

  /** Nest calls it before the process listens. */
  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), this.everyMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      await this.fillPool();
      const items = await this.database.query<{ item_id: string }>(ITEMS_ON_SALE);
      this.gate.know(items.map(({ item_id: itemId }) => itemId));
    } catch (error) {
      this.logger.debug({ err: error }, 'not all is warm');
    }
  }

  /** A batch of nothing on each connection at the same time, so that the pool has to open those that it has not. */
  private async fillPool(): Promise<void> {
    const { pool } = this.database;
    if (pool.totalCount >= pool.options.max) return;
    const each = Array.from({ length: pool.options.max }, () => this.database.transaction(placeNothing));
    const failed = (await Promise.allSettled(each)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

/** Every statement of an order, in its order, over no rows: nothing is written. */
async function placeNothing(transaction: Transaction): Promise<void> {
  await readSnapshot(transaction, [], { archivedKeys: false, claim: claimStock(transaction, []) });
  recordOrders(transaction, [], new Map());
  reserveStock(transaction, []);
}
