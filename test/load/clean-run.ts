import type { ReconciliationItem } from '#client';
import type { Evidence, Parameters, Sample } from '../../load/checker/evidence.js';
import { History } from '../../load/checker/history.js';
import type { MovementRow, OrderRow, Snapshot } from '../../load/checker/snapshot.js';
import type { AnswerEntry, JournalEntry, SendEntry } from '../../load/journal.js';

type Mutable<T> = T extends readonly (infer Element)[]
  ? Mutable<Element>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

export const ITEM = '00000000-0000-7000-8000-000000000001';
export const SALE = '00000000-0000-7000-8000-0000000000aa';
const PRICE = 129_900;
const CURRENCY = 'EUR';

export interface CleanRunOptions {
  readonly buyers?: number;
  readonly stock?: number;
  readonly quantity?: number;
  readonly purchaseLimit?: number;
  /** Orders that each buyer sends, one after another. */
  readonly ordersPerBuyer?: number;
}

/** What a service without a fault leaves behind, as plain data that a test may spoil. */
export class CleanRun {
  readonly journal: Mutable<JournalEntry>[] = [];
  readonly snapshot: Mutable<Snapshot>;
  readonly samples: Mutable<Sample>[] = [];
  readonly parameters: Mutable<Parameters>;
  private readonly quantity: number;
  private atMs = 1_000_000;
  private attempts = 0;

  constructor({
    buyers = 5,
    stock = 3,
    quantity = 1,
    purchaseLimit,
    ordersPerBuyer = 1,
  }: CleanRunOptions = {}) {
    this.quantity = quantity;
    const limit = purchaseLimit ?? null;
    this.parameters = {
      saleId: SALE,
      currency: CURRENCY,
      items: [{ itemId: ITEM, sku: 'PHONE', stock, priceAmount: PRICE, purchaseLimit: limit }],
      orderDeadlineMs: 10_000,
    };
    this.snapshot = {
      source: 'database',
      clockOffsetMs: 0,
      stock: [{ itemId: ITEM, onHand: stock, reserved: 0 }],
      orders: [],
      movements: stock > 0 ? [movement({ kind: 'receive', onHandDelta: stock })] : [],
      saleItems: [{ saleId: SALE, itemId: ITEM, purchaseLimit: limit, allotment: null, held: 0 }],
      purchases: [],
    };
    for (let order = 0; order < ordersPerBuyer; order += 1) {
      for (let buyer = 0; buyer < buyers; buyer += 1) this.buy(buyerOf(buyer), `key-${buyer}-${order}`);
    }
    this.sample();
  }

  evidence(): Evidence {
    return {
      history: History.of(this.journal as JournalEntry[]),
      snapshot: this.snapshot,
      samples: this.samples,
      parameters: this.parameters,
    };
  }

  get level(): Mutable<Snapshot>['stock'][number] {
    return first(this.snapshot.stock);
  }

  get orders(): Mutable<OrderRow>[] {
    return this.snapshot.orders;
  }

  get movements(): Mutable<MovementRow>[] {
    return this.snapshot.movements ?? [];
  }

  /** The answers that acknowledged an order. */
  acknowledgements(): Mutable<AnswerEntry>[] {
    return this.answers().filter(({ outcome }) => outcome === 'ok');
  }

  /** Definite refusals. */
  refusals(): Mutable<AnswerEntry>[] {
    return this.answers().filter(({ outcome }) => outcome === 'fail');
  }

  requestOf({ attempt }: { attempt: number }): Mutable<SendEntry> {
    return first(
      this.journal.flatMap((entry) => (entry.type === 'send' && entry.attempt === attempt ? [entry] : [])),
    );
  }

  /** A correct service's answer to one more order. */
  buy(buyerId: string, key: string): void {
    const send = this.send(buyerId, key);
    const { level, quantity } = this;
    const limit = first(this.parameters.items).purchaseLimit ?? Infinity;
    if (this.heldBy(buyerId) + quantity > limit) {
      this.answer(send, 409, 'purchase_limit_reached');
      return;
    }
    if (level.onHand - level.reserved < quantity) {
      this.answer(send, 409, 'sold_out');
      return;
    }
    const order = this.record(buyerId, key);
    this.answer(send, 201, null, bodyOf(order));
  }

  /** A row for every table that an order touches, as the service would write them. */
  record(buyerId: string, key: string): Mutable<OrderRow> {
    const { quantity } = this;
    const order: Mutable<OrderRow> = {
      id: `order-${this.orders.length + 1}`,
      saleId: SALE,
      buyerId,
      key,
      stockState: 'reserved',
      totalAmount: PRICE * quantity,
      currency: CURRENCY,
      lines: [{ itemId: ITEM, quantity, unitPriceAmount: PRICE }],
    };
    this.orders.push(order);
    this.movements.push(movement({ kind: 'reserve', orderId: order.id, reservedDelta: quantity }));
    this.level.reserved += quantity;
    first(this.snapshot.saleItems ?? []).held += quantity;
    if (first(this.parameters.items).purchaseLimit !== null) this.count(buyerId, quantity);
    return order;
  }

  private count(buyerId: string, quantity: number): void {
    const purchase = this.snapshot.purchases?.find((row) => row.buyerId === buyerId);
    if (purchase) purchase.quantity += quantity;
    else this.snapshot.purchases?.push({ saleId: SALE, itemId: ITEM, buyerId, quantity });
  }

  send(buyerId: string, key: string): SendEntry {
    const lines = [{ itemId: ITEM, quantity: this.quantity }];
    const sentMs = this.tick();
    const entry: SendEntry = {
      type: 'send',
      attempt: this.attempts,
      buyerId,
      key,
      saleId: SALE,
      lines,
      intendedMs: sentMs,
      sentMs,
    };
    this.attempts += 1;
    this.journal.push({ ...entry, lines });
    return entry;
  }

  answer(send: SendEntry, status: number, code: string | null, body: unknown = null): void {
    const outcome = status === 201 ? 'ok' : [409, 410, 422].includes(status) ? 'fail' : 'unknown';
    const { attempt } = send;
    this.journal.push({
      type: 'answer',
      attempt,
      outcome,
      status,
      code,
      atMs: this.tick(),
      replayed: false,
      body,
    });
  }

  /** Time passes: by a millisecond, or by as many as are named. */
  tick(ms = 1): number {
    this.atMs += ms;
    return this.atMs;
  }

  private answers(): Mutable<AnswerEntry>[] {
    return this.journal.flatMap((entry) => (entry.type === 'answer' ? [entry] : []));
  }

  private heldBy(buyerId: string): number {
    return this.orders.filter((order) => order.buyerId === buyerId).length * this.quantity;
  }

  private sample(): void {
    const { onHand, reserved } = this.level;
    const item: ReconciliationItem = {
      itemId: ITEM,
      onHand,
      reserved,
      sold: 0,
      available: onHand - reserved,
      movementTotal: onHand,
      ordersReserved: reserved,
      ordersSold: 0,
    };
    this.samples.push({ atMs: this.tick(), balanced: true, failures: [], items: [item] });
  }
}

export function buyerOf(number: number): string {
  return `buyer-${number}`;
}

/** The body of the 201 for an order. */
export function bodyOf(
  order: Pick<OrderRow, 'id' | 'saleId' | 'lines' | 'totalAmount' | 'currency'>,
): unknown {
  const { id, saleId, lines, totalAmount, currency } = order;
  return {
    id,
    saleId,
    status: 'pending_payment',
    lines: lines.map(({ itemId, quantity, unitPriceAmount }) => ({
      itemId,
      sku: 'PHONE',
      quantity,
      unitPrice: { amount: unitPriceAmount, currency },
    })),
    total: { amount: totalAmount, currency },
  };
}

export function movement(row: Partial<MovementRow> & Pick<MovementRow, 'kind'>): Mutable<MovementRow> {
  return { atMs: 0, itemId: ITEM, orderId: null, onHandDelta: 0, reservedDelta: 0, ...row };
}

/** The first element. @throws when there is none */
export function first<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new Error('There is none.');
  return value;
}
