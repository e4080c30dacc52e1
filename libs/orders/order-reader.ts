import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, In, LessThan } from 'typeorm';
import { PAGE_SIZE, ProblemError } from '#platform';
import { CustomerOrder, CustomerOrderLine, CustomerOrderPayment } from './order.entity.js';
import type { Order, OrderStatus } from './order.js';

/** Which orders: all that are left out of it are alike. */
export interface OrderFilter {
  readonly id?: string;
  readonly buyerId?: string;
  readonly saleId?: string;
  readonly status?: OrderStatus;
}

/** Reads orders with all that belongs to them. */
@Injectable()
export class OrderReader {
  constructor(@InjectEntityManager() private readonly manager: EntityManager) {}

  /** The same, as a transaction under way sees it. */
  within(manager: EntityManager): OrderReader {
    return new OrderReader(manager);
  }

  /** The order with this id, where it is also what else is asked for. @throws ProblemError not_found */
  async read(filter: OrderFilter & { readonly id: string }): Promise<Order> {
    const [order] = await this.withLines(await this.manager.findBy(CustomerOrder, given(filter)));
    if (!order) throw new ProblemError('not_found', 'There is no such order.');
    return order;
  }

  /** Newest first, one more than a page so that the caller sees whether there is a next one. */
  async list(filter: OrderFilter, afterId: string | undefined): Promise<Order[]> {
    const wanted = { ...given(filter), ...(afterId === undefined ? {} : { id: LessThan(afterId) }) };
    const rows = await this.manager.find(CustomerOrder, {
      // A buyer's are found by keys, of which each half has an index of its own; all others by id, from the newest on.
      where:
        filter.buyerId === undefined ? wanted : [false, true].map((archived) => ({ ...wanted, archived })),
      order: { id: 'DESC' },
      take: PAGE_SIZE + 1,
    });
    return this.withLines(rows);
  }

  private async withLines(rows: CustomerOrder[]): Promise<Order[]> {
    if (rows.length === 0) return [];
    const where = { orderId: In(rows.map((row) => row.id)) };
    const [lines, payments] = await Promise.all([
      this.manager.find(CustomerOrderLine, { where, order: { itemId: 'ASC' } }),
      this.manager.find(CustomerOrderPayment, { where, order: { id: 'ASC' } }),
    ]);
    return rows.map((row) => toOrder(row, lines, payments));
  }
}

/** TypeORM refuses a condition that is undefined. */
function given(filter: OrderFilter): OrderFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function toOrder(
  row: CustomerOrder,
  lines: readonly CustomerOrderLine[],
  payments: readonly CustomerOrderPayment[],
): Order {
  return {
    id: row.id,
    saleId: row.saleId,
    buyerId: row.buyerId,
    status: row.status,
    lines: lines
      .filter((line) => line.orderId === row.id)
      .map(({ itemId, sku, quantity, unitPriceAmount }) => ({
        itemId,
        sku,
        quantity,
        unitPriceAmount: Number(unitPriceAmount),
      })),
    totalAmount: Number(row.totalAmount),
    currency: row.currency,
    metadata: row.metadata,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    firstExpiresAt: row.firstExpiresAt,
    paidAt: row.paidAt,
    payments: payments
      .filter((payment) => payment.orderId === row.id)
      .map(({ id, status, failureCode, createdAt }) => ({ id, status, failureCode, createdAt })),
  };
}
