import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { PAGE_SIZE, ProblemError } from '#platform';
import { CustomerOrder, CustomerOrderLine } from './order.entity.js';
import type { Order } from './order.js';

/** Reads a buyer's own orders; another buyer's are not found. */
@Injectable()
export class OrderReader {
  constructor(
    @InjectRepository(CustomerOrder) private readonly orders: Repository<CustomerOrder>,
    @InjectRepository(CustomerOrderLine) private readonly lines: Repository<CustomerOrderLine>,
  ) {}

  /** @throws ProblemError not_found */
  async read(buyerId: string, id: string): Promise<Order> {
    const [order] = await this.withLines(await this.orders.findBy({ id, buyerId }));
    if (!order) throw new ProblemError('not_found', 'There is no such order.');
    return order;
  }

  /** Newest first, one more than a page so that the caller sees whether there is a next one. */
  async list(buyerId: string, afterId: string | undefined): Promise<Order[]> {
    const own = { buyerId, ...(afterId === undefined ? {} : { id: LessThan(afterId) }) };
    const rows = await this.orders.find({
      where: [
        { ...own, archived: false }, // each half has an index of its own
        { ...own, archived: true },
      ],
      order: { id: 'DESC' },
      take: PAGE_SIZE + 1,
    });
    return this.withLines(rows);
  }

  private async withLines(rows: CustomerOrder[]): Promise<Order[]> {
    if (rows.length === 0) return [];
    const lines = await this.lines.find({
      where: { orderId: In(rows.map((row) => row.id)) },
      order: { itemId: 'ASC' },
    });
    return rows.map((row) => toOrder(row, lines));
  }
}

function toOrder(row: CustomerOrder, lines: readonly CustomerOrderLine[]): Order {
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
  };
}
