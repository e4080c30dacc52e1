import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  In,
  IsNull,
  LessThan,
  Not,
  type EntityManager,
  type FindOptionsWhere,
  type Repository,
} from 'typeorm';
import { PAGE_SIZE, ProblemError, toPage, type Page } from '#platform';
import type { DeadLetterView, Replayed } from './dead-letter.dto.js';
import { OutboxEvent } from './outbox-event.entity.js';

/** Of one request: it must not take longer than a statement may. */
const MAX_REPLAYED = 10_000;
const SENT_ANEW = { dueAt: () => 'clock_timestamp()', attempts: 0 };

/** Events that were sent in vain too often. They wait for somebody who has seen to the cause. */
@Injectable()
export class DeadLetters {
  constructor(@InjectRepository(OutboxEvent) private readonly events: Repository<OutboxEvent>) {}

  /** Newest first. */
  async list(afterId: string | undefined): Promise<Page<DeadLetterView>> {
    const rows = await this.events.find({
      where: { dueAt: IsNull(), ...(afterId === undefined ? {} : { id: LessThan(afterId) }) },
      order: { id: 'DESC' },
      take: PAGE_SIZE + 1,
    });
    return toPage(rows, ({ id, type, orderId, itemId, occurredAt, attempts, lastError }) => ({
      ...{ id, type, orderId, itemId, attempts, lastError },
      occurredAt: occurredAt.toISOString(),
    }));
  }

  /**
   * Sends it again, with as many attempts as a new event has; for one that is under way already nothing changes.
   * @throws ProblemError not_found where it was delivered, or never was
   */
  async replay(manager: EntityManager, id: string): Promise<Replayed> {
    const replayed = await sendAgain(manager, { id });
    if (replayed === 0 && !(await manager.existsBy(OutboxEvent, { id, dueAt: Not(IsNull()) }))) {
      throw new ProblemError('not_found', 'There is no such event that was not delivered.');
    }
    return { replayed };
  }

  async replayAll(manager: EntityManager): Promise<Replayed> {
    const oldest = await manager.find(OutboxEvent, {
      where: { dueAt: IsNull() },
      order: { id: 'ASC' },
      take: MAX_REPLAYED,
      select: { id: true },
    });
    return { replayed: await sendAgain(manager, { id: In(oldest.map(({ id }) => id)) }) };
  }
}

async function sendAgain(manager: EntityManager, which: FindOptionsWhere<OutboxEvent>): Promise<number> {
  const { affected } = await manager.update(OutboxEvent, { ...which, dueAt: IsNull() }, SENT_ANEW);
  return affected ?? 0;
}
