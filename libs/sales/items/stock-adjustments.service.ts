import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, LessThan, type EntityManager, type Repository } from 'typeorm';
import { adjustStocks, StockMovement } from '#inventory';
import { executorOf, type Page, PAGE_SIZE, ProblemError, toPage, violatedConstraint } from '#platform';
import { Item } from './item.entity.js';
import type { AdjustmentResults, AdjustmentView, AdjustStockBySku } from './stock-adjustment.dto.js';

/** Changes of stock that no order makes, many at once, and the trail that they leave. */
@Injectable()
export class StockAdjustmentsService {
  constructor(@InjectRepository(StockMovement) private readonly movements: Repository<StockMovement>) {}

  /** @throws ProblemError idempotency_key_in_flight when another request uses one of the references right now */
  async adjust(manager: EntityManager, bySku: readonly AdjustStockBySku[]): Promise<AdjustmentResults> {
    const items = await manager.findBy(Item, { sku: In([...new Set(bySku.map(({ sku }) => sku))]) });
    const idBySku = new Map(items.map(({ sku, id }) => [sku, id]));
    const adjustments = bySku.map(({ sku, quantity, reason, reference }) => ({
      ...{ itemId: idBySku.get(sku), quantity, reason, reference },
    }));
    try {
      const results = await adjustStocks(executorOf(manager), adjustments);
      return {
        results: bySku.map(({ sku, reference }, index) => ({
          ...{ sku, reference, status: 'refused' },
          ...results[index],
        })),
      };
    } catch (error) {
      if (violatedConstraint(error) !== 'stock_movement_reference') throw error;
      throw new ProblemError(
        'idempotency_key_in_flight',
        'Another request has just used one of these references; send it again.',
        { cause: error, retryAfterSec: 1 },
      );
    }
  }

  /** @throws ProblemError not_found */
  async list(itemId: string, afterId: string | undefined): Promise<Page<AdjustmentView>> {
    const rows = await this.movements.find({
      where: { itemId, orderId: IsNull(), ...(afterId === undefined ? {} : { id: LessThan(afterId) }) },
      order: { id: 'DESC' },
      take: PAGE_SIZE + 1,
    });
    if (rows.length === 0 && !(await this.movements.manager.existsBy(Item, { id: itemId })))
      throw new ProblemError('not_found', 'There is no such item.');
    return toPage(rows, ({ id, kind, onHandDelta: quantity, reason, reference, createdAt }) => ({
      ...{ id, kind, quantity, reason, reference },
      createdAt: createdAt.toISOString(),
    }));
  }
}
