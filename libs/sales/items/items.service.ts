import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type EntityManager, type Repository } from 'typeorm';
import {
  adjustStock,
  createStock,
  LOW_STOCK_THRESHOLD,
  setLowStockThreshold,
  StockLevel,
  stockOf,
  type Stock,
} from '#inventory';
import { executorOf, newId, type Page, PAGE_SIZE, ProblemError, toPage, violatedConstraint } from '#platform';
import { detailsOf, toldDetails } from './item-details.js';
import { Item } from './item.entity.js';
import type { AdjustStock, CreateItem, ItemView, UpdateItem } from './item.dto.js';

/** The catalogue as its administrators see it. */
@Injectable()
export class ItemsService {
  constructor(
    @InjectRepository(Item) private readonly items: Repository<Item>,
    @InjectRepository(StockLevel) private readonly levels: Repository<StockLevel>,
  ) {}

  async create(manager: EntityManager, body: CreateItem): Promise<ItemView> {
    const item = manager.create(Item, {
      id: newId(),
      sku: body.sku,
      ...detailsOf(body),
      priceAmount: body.price.amount,
      currency: body.price.currency,
      metadata: body.metadata ?? {},
    });
    try {
      await manager.insert(Item, item);
    } catch (error) {
      if (violatedConstraint(error) !== 'item_sku_unique') throw error;
      throw new ProblemError('sku_taken', `The SKU ${body.sku} belongs to another item.`, { cause: error });
    }
    const lowStockThreshold = body.lowStockThreshold ?? LOW_STOCK_THRESHOLD;
    const stock = await createStock(executorOf(manager), item.id, {
      quantity: body.stock,
      lowStockThreshold,
    });
    return presentItem(item, { ...stock, lowStockThreshold });
  }

  async list(afterId: string | undefined): Promise<Page<ItemView>> {
    const items = await this.items.find({
      where: afterId === undefined ? {} : { id: LessThan(afterId) },
      order: { id: 'DESC' },
      take: PAGE_SIZE + 1,
    });
    const levels = await this.levels.findBy({ itemId: In(items.map((item) => item.id)) });
    const levelById = new Map(levels.map((level) => [level.itemId, level]));
    return toPage(items, (item) => presentItem(item, levelById.get(item.id)));
  }

  async read(id: string): Promise<ItemView> {
    const [item, level] = await Promise.all([
      this.items.findOneBy({ id }),
      this.levels.findOneBy({ itemId: id }),
    ]);
    if (!item || !level) throw notFound();
    return presentItem(item, level);
  }

  async update(id: string, body: UpdateItem): Promise<ItemView> {
    const current = await this.items.findOneBy({ id });
    if (!current) throw notFound();
    if (body.price && body.price.currency !== current.currency) {
      throw new ProblemError('currency_mismatch', `This item is priced in ${current.currency}.`);
    }
    const changes = {
      ...toldDetails(body),
      ...(body.price === undefined ? {} : { priceAmount: body.price.amount }),
      ...(body.metadata === undefined ? {} : { metadata: body.metadata ?? {} }),
    };
    const { lowStockThreshold } = body;
    await this.items.manager.transaction(async (manager) => {
      if (Object.keys(changes).length > 0) await manager.update(Item, { id }, changes);
      if (lowStockThreshold !== undefined) {
        await setLowStockThreshold(executorOf(manager), id, lowStockThreshold);
      }
    });
    return this.read(id);
  }

  async adjust(manager: EntityManager, itemId: string, body: AdjustStock): Promise<Stock> {
    return adjustStock(executorOf(manager), { itemId, quantity: body.quantity, reason: body.reason });
  }
}

const NO_LEVEL = { onHand: 0, reserved: 0, lowStockThreshold: LOW_STOCK_THRESHOLD };

function presentItem(item: Item, level: Omit<StockLevel, 'itemId'> = NO_LEVEL): ItemView {
  return {
    id: item.id,
    sku: item.sku,
    ...detailsOf(item),
    price: { amount: item.priceAmount, currency: item.currency },
    stock: stockOf(level),
    lowStockThreshold: level.lowStockThreshold,
    metadata: item.metadata,
    createdAt: item.createdAt.toISOString(),
  };
}

function notFound(): ProblemError {
  return new ProblemError('not_found', 'There is no such item.');
}
