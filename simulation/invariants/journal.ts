import { acknowledgements, fateOf, History, outcomeOf, refusalOf } from '#load';
import { keyOf, type Tables } from '../postgres/tables.js';
import { ORDER_DEADLINE_MS, type Answer } from '../shop/api-process.js';
import type { Wish } from '../shop/buyers.js';
import type { Scheduler } from '../time/scheduler.js';
import { NO_UNDERSELL, NOTHING_LOST, ONCE, REFUSED_MEANS_NONE, type Violation } from './violation.js';

interface Open {
  readonly wish: Wish;
  /** The fewest units of each line that were to be had since it was sent. */
  readonly least: number[];
}

/** What buyers sent and heard, held against the record: with each answer, and when all is quiet. */
export class Journal {
  private readonly scheduler: Scheduler;
  private readonly tables: Tables;
  private readonly report: (violation: Violation) => void;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly history = new History();
  private readonly acknowledged = new Map<string, string>();
  private readonly open = new Set<Open>();
  private attempts = 0;

  constructor(
    scheduler: Scheduler,
    of: {
      tables: Tables;
      report: (violation: Violation) => void;
      trace: ((line: string) => void) | undefined;
    },
  ) {
    this.scheduler = scheduler;
    this.tables = of.tables;
    this.report = of.report;
    this.trace = of.trace;
  }

  note(line: () => string): void {
    this.trace?.(line());
  }

  /** @returns hears the answer */
  sends(wish: Wish, orderId: string): (answer: Answer | undefined) => void {
    const attempt = (this.attempts += 1);
    const open: Open = { wish, least: wish.lines.map(() => Infinity) };
    this.open.add(open);
    this.look(open);
    const { buyerId, key, saleId, lines } = wish;
    const sentMs = this.scheduler.nowMs;
    this.history.add({ type: 'send', attempt, buyerId, key, saleId, lines, intendedMs: sentMs, sentMs });
    this.note(() => `${buyerId} asks for ${show(wish)} (${orderId})`);
    return (answer) => {
      this.open.delete(open);
      this.note(
        () =>
          `${buyerId} hears ${answer ? (answer.code ?? `${answer.status} ${answer.orderId ?? ''}`) : 'nothing'}`,
      );
      const { status, code } = answer ?? { status: 0, code: 'no answer' };
      const outcome = answer ? outcomeOf(answer) : 'unknown';
      const atMs = this.scheduler.nowMs;
      const replayed = answer?.replayed ?? false;
      this.history.add({
        type: 'answer',
        attempt,
        outcome,
        status,
        code,
        atMs,
        replayed,
        body: answer?.orderId,
      });
      if (answer?.status === 201) this.expectPlaced(wish, answer.orderId ?? '');
      if (code === 'sold_out') this.expectShort(open);
      if (code === 'idempotency_key_reused') {
        this.report({ invariant: ONCE, detail: `${buyerId} sent ${key} again unchanged, and was refused` });
      }
    };
  }

  /** What is committed has changed. */
  lookAgain(): void {
    for (const open of this.open) this.look(open);
  }

  /** When nothing is under way any more. */
  settledViolation(): Violation | undefined {
    const orders = new Map(
      [...this.tables.orders.rows.values()].map((order) => [
        keyOf(order.buyerId, order.idempotencyKey),
        order,
      ]),
    );
    for (const asked of this.history.orders()) {
      const order = orders.get(keyOf(asked.buyerId, asked.key));
      const fate = fateOf(asked, ORDER_DEADLINE_MS);
      const who = `${asked.buyerId} (${asked.key})`;
      if (fate === 'accepted' && order?.id !== acknowledgements(asked)[0]?.body) {
        return { invariant: NOTHING_LOST, detail: `${who} was told of an order that is not in the record` };
      }
      if (order && (fate === 'refused' || fate === 'turned away')) {
        const heard = refusalOf(asked) ?? 'turned away';
        return { invariant: REFUSED_MEANS_NONE, detail: `${who} heard ${heard}, and has order ${order.id}` };
      }
    }
    return undefined;
  }

  private look({ wish, least }: Open): void {
    for (const [index, { itemId }] of wish.lines.entries()) {
      const level = this.tables.stock.rows.get(itemId);
      const offer = this.tables.saleItems.rows.get(keyOf(wish.saleId, itemId));
      const free = (level?.onHand ?? 0) - (level?.reserved ?? 0);
      const left = offer?.allotment === null || !offer ? free : Math.min(free, offer.allotment - offer.held);
      least[index] = Math.min(least[index] ?? Infinity, left);
    }
  }

  private expectPlaced(wish: Wish, orderId: string): void {
    const { buyerId, key } = wish;
    const known = this.acknowledged.get(keyOf(buyerId, key)) ?? orderId;
    this.acknowledged.set(keyOf(buyerId, key), known);
    if (known !== orderId) {
      this.report({
        invariant: ONCE,
        detail: `${buyerId} was told of ${known} and of ${orderId} under one key`,
      });
    }
    const order = this.tables.orders.rows.get(orderId);
    const isAsAsked =
      order?.buyerId === buyerId &&
      order.saleId === wish.saleId &&
      wish.lines.every(({ itemId, quantity }) => {
        const line = this.tables.lines.rows.get(keyOf(orderId, itemId));
        const price = this.tables.saleItems.rows.get(keyOf(wish.saleId, itemId))?.priceAmount;
        return line?.quantity === quantity && line.unitPriceAmount === price;
      });
    if (!isAsAsked) {
      const detail = `${buyerId} was told of order ${orderId}, which is not in the record as it was asked for`;
      this.report({ invariant: NOTHING_LOST, detail });
    }
  }

  private expectShort({ wish, least }: Open): void {
    const isShort = wish.lines.some(({ quantity }, index) => (least[index] ?? 0) < quantity);
    if (isShort) return;
    const detail = `${wish.buyerId} heard sold_out for ${show(wish)}, and all the while there were ${least.join(', ')}`;
    this.report({ invariant: NO_UNDERSELL, detail });
  }
}

function show({ lines, key, saleId }: Wish): string {
  const units = lines.map(({ itemId, quantity }) => `${quantity} ${itemId}`).join(' and ');
  return `${units} of ${saleId} under ${key}`;
}
