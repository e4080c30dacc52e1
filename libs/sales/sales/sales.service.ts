import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type EntityManager, type Repository } from 'typeorm';
import { CONFIG, type Config, newId, ProblemError, violatedConstraint } from '#platform';
import { Item } from '../items/item.entity.js';
import { SaleItem } from './sale-item.entity.js';
import { Sale } from './sale.entity.js';
import type { CreateSale, UpdateSale } from './sale.dto.js';

/** Makes and changes sales. */
@Injectable()
export class SalesService {
  constructor(
    @InjectRepository(Sale) private readonly sales: Repository<Sale>,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns the new sale's id */
  async create(manager: EntityManager, body: CreateSale): Promise<string> {
    const startsAt = new Date(body.startsAt);
    const endsAt = new Date(body.endsAt);
    if (startsAt >= endsAt) throw endsBeforeStart();
    await checkItems(manager, body);
    const id = newId();
    await manager.insert(Sale, {
      id,
      name: body.name,
      startsAt,
      endsAt,
      reservationTtlSeconds: body.reservationTtlSeconds ?? this.config.reservationTtlSeconds,
      metadata: body.metadata ?? {},
    });
    await manager.insert(
      SaleItem,
      body.items.map((item, position) => ({
        saleId: id,
        itemId: item.itemId,
        position,
        priceAmount: item.price?.amount ?? null,
        purchaseLimit: item.purchaseLimit ?? null,
        allotment: item.allotment ?? null,
      })),
    );
    return id;
  }

  async update(id: string, body: UpdateSale): Promise<void> {
    const changes = {
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(body.startsAt === undefined ? {} : { startsAt: new Date(body.startsAt) }),
      ...(body.endsAt === undefined ? {} : { endsAt: new Date(body.endsAt) }),
      ...(body.paused === undefined ? {} : { paused: body.paused }),
      ...(body.metadata === undefined ? {} : { metadata: body.metadata ?? {} }),
    };
    if (Object.keys(changes).length === 0) return;
    try {
      await this.sales.update({ id }, changes); // an unknown id changes nothing, and is not found when it is read
    } catch (error) {
      if (violatedConstraint(error) === 'sale_ends_after_start') throw endsBeforeStart();
      throw error;
    }
  }
}

async function checkItems(manager: EntityManager, body: CreateSale): Promise<void> {
  const ids = body.items.map((item) => item.itemId.toLowerCase());
  if (new Set(ids).size < ids.length) throw new ProblemError('duplicate_item', 'Name each item once.');
  const items = await manager.findBy(Item, { id: In(ids) });
  const currencyById = new Map(items.map((item) => [item.id, item.currency]));
  const unknown = body.items.findIndex((item) => !currencyById.has(item.itemId.toLowerCase()));
  if (unknown >= 0) {
    const message = `items.${unknown}.itemId names no item`;
    throw new ProblemError('validation_failed', message, {
      errors: [{ path: `items.${unknown}.itemId`, message }],
    });
  }
  const priced = body.items.flatMap((item) => (item.price ? [item.price.currency] : []));
  const currencies = new Set([...currencyById.values(), ...priced]);
  if (currencies.size > 1) {
    throw new ProblemError(
      'currency_mismatch',
      `A sale has one currency, not ${[...currencies].join(' and ')}.`,
    );
  }
}

function endsBeforeStart(): ProblemError {
  const message = 'endsAt must be later than startsAt';
  return new ProblemError('validation_failed', message, { errors: [{ path: 'endsAt', message }] });
}
