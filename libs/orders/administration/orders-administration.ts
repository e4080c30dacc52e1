import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { executorOf, type Page, ProblemError, type SqlExecutor, toPage } from '#platform';
import { invalidState, lockOrder, moveOrder, type LockedOrder } from '../lifecycle/locked-order.js';
import { presentToAdministrator, type AdminOrderView } from '../order.dto.js';
import { OrderReader, type OrderFilter } from '../order-reader.js';

/** Everybody's orders, and the moves that are the shop's. */
@Injectable()
export class OrdersAdministration {
  constructor(private readonly reader: OrderReader) {}

  async list(filter: OrderFilter, afterId: string | undefined): Promise<Page<AdminOrderView>> {
    return toPage(await this.reader.list(filter, afterId), presentToAdministrator);
  }

  /** @throws ProblemError not_found */
  async read(id: string): Promise<AdminOrderView> {
    return presentToAdministrator(await this.reader.read({ id }));
  }

  /**
   * The goods of a paid order have left; of an order whose goods have left already nothing changes.
   * @throws ProblemError not_found, invalid_order_state
   */
  fulfil(manager: EntityManager, id: string): Promise<AdminOrderView> {
    return this.move(manager, id, async (transaction, order) => {
      if (order.status === 'fulfilled') return;
      if (order.status !== 'paid') throw invalidState('Only a paid order can be fulfilled', order);
      await moveOrder(transaction, order, { status: 'fulfilled' });
    });
  }

  /** Runs `transition` with the order locked. @returns the order as it is then @throws ProblemError not_found */
  async move(
    manager: EntityManager,
    id: string,
    transition: (transaction: SqlExecutor, order: LockedOrder) => Promise<void>,
  ): Promise<AdminOrderView> {
    const transaction = executorOf(manager);
    const order = await lockOrder(transaction, id);
    if (!order) throw new ProblemError('not_found', 'There is no such order.');
    await transition(transaction, order);
    return presentToAdministrator(await this.reader.within(manager).read({ id }));
  }
}
