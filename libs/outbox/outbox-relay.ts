import { Logger } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { contextOf, inSpan, loadStatement, uuidColumn, type SqlExecutor } from '#platform';
import { pauseSec } from './back-off.js';
import { toShopEvent, type OutboxRow } from './shop-event.js';
import { NotDeliveredError, type ShopWebhook } from './shop-webhook.js';

const TAKE_DUE = loadStatement(import.meta.url, './take-due.sql');
const PUT_OFF = loadStatement(import.meta.url, './put-off.sql');

/** Deliveries at the same time. */
const AT_ONCE = 50;
/** Longer than a delivery may take: whoever has taken one up and not said more has died. */
const TAKEN_SECONDS = 30;

interface Failure {
  readonly id: string;
  readonly pause: number | null;
  readonly error: string;
}

/**
 * Delivers what the outbox holds, each event at least once: it is deleted when the shop has taken it, so that whoever dies
 * in between is followed by another who sends it again, under the same id.
 */
export class OutboxRelay {
  private readonly logger = new Logger('Outbox');

  /** @param maxAttempts after which an event is a dead letter, until an administrator replays it */
  constructor(
    private readonly sql: SqlExecutor,
    private readonly shop: Pick<ShopWebhook, 'deliver'>,
    private readonly maxAttempts: number,
  ) {}

  /** @returns how many were delivered; 0 where none is due, or the shop takes none */
  async deliverSome(): Promise<number> {
    const events = await this.sql.query<OutboxRow>(TAKE_DUE, [AT_ONCE, TAKEN_SECONDS]);
    const failures = (await Promise.all(events.map((event) => this.deliver(event)))).flatMap(
      (failure) => failure ?? [],
    );
    const failed = new Set(failures.map(({ id }) => id));
    const delivered = events.filter(({ id }) => !failed.has(id));
    if (delivered.length > 0) {
      const ids = uuidColumn(delivered, ({ id }) => id);
      await this.sql.query('DELETE FROM outbox_event WHERE id = ANY ($1::uuid[])', [ids]);
    }
    if (failures.length > 0) await this.putOff(failures);
    return delivered.length;
  }

  private async deliver(row: OutboxRow): Promise<Failure | undefined> {
    const { id, type, attempts } = row;
    const attributes = { 'holdfast.event.id': id, 'holdfast.event.type': type };
    const tell = () => this.shop.deliver(toShopEvent(row));
    try {
      await inSpan('tell shop', { kind: SpanKind.CLIENT, attributes }, tell, contextOf(row.traceparent));
      return undefined;
    } catch (error) {
      // Whatever it is: one event that fails must not keep the others from their shop.
      const isDead = attempts >= this.maxAttempts;
      if (isDead)
        this.logger.error({ err: error, eventId: id, type, attempts }, 'an event became a dead letter');
      const reason =
        error instanceof NotDeliveredError ? error.message : `could not be sent: ${String(error)}`;
      return { id, pause: isDead ? null : pauseSec(attempts, Math.random()), error: reason };
    }
  }

  private async putOff(failures: readonly Failure[]): Promise<void> {
    await this.sql.query(PUT_OFF, [
      failures.map(({ id }) => id),
      failures.map(({ pause }) => pause),
      failures.map(({ error }) => error.slice(0, 500)),
    ]);
  }
}
