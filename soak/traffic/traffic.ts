import { nowMs, pause, type Journal, type Random } from '#load';
import { ADMIN_READS, adjustmentOf, Administrator } from './administrator.js';
import { Buyer, OrderJournal } from './buyer.js';
import { Caller } from './caller.js';
import { createCatalogue, type Catalogue } from './catalogue.js';
import { visitShop } from './journeys.js';
import { Watchers } from './streams.js';

export interface TrafficOptions {
  readonly urls: readonly string[];
  readonly adminKey: string;
  readonly journal: Journal;
  readonly random: Random;
  readonly rate: number;
  readonly reservationTtlSeconds: number;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
}

const WATCHERS = 20;
/** Visits at the same time; who comes on top goes away. */
const MAX_VISITS = 300;
/** Buyers who may come back. */
const KNOWN_BUYERS = 200;
const RESTOCK_EVERY_MS = 10_000;
const READ_EVERY_MS = 1_000;
const ADMIN_READ_EVERY_MS = 5_000;

/** The mixed load: visits at a steady rate on the mean, watchers, readers, administrators. */
export class Traffic {
  readonly caller: Caller;
  readonly administrator: Administrator;
  readonly watchers: Watchers;
  /** Visits that began, and those for which there was no room. */
  readonly visits = { begun: 0, turnedAway: 0 };
  private readonly options: TrafficOptions;
  private readonly orders: OrderJournal;
  private readonly buyers: Buyer[] = [];
  private readonly underWay = new Set<Promise<void>>();

  constructor(options: TrafficOptions) {
    const { urls, adminKey, journal, random, signal } = options;
    this.options = options;
    this.caller = new Caller(urls, random, signal);
    this.administrator = new Administrator(this.caller, adminKey);
    this.watchers = new Watchers(this.caller, random);
    this.orders = new OrderJournal(journal);
  }

  /** @throws LoadError */
  open(): Promise<Catalogue> {
    return createCatalogue(this.administrator, this.options);
  }

  /** Until `end` is aborted, and then until every visit that has begun is over. Never rejects. */
  async flow(catalogue: Catalogue, end: AbortSignal): Promise<void> {
    const { random, rate } = this.options;
    const most = Math.max(2, Math.round((rate * RESTOCK_EVERY_MS) / 1000 / catalogue.items.length) * 2);
    await Promise.all([
      this.watchers.watch(WATCHERS, catalogue.saleId, end),
      this.arrive(catalogue, end),
      this.repeat(RESTOCK_EVERY_MS, end, () => this.restock(catalogue, most)),
      this.repeat(READ_EVERY_MS, end, () => this.look(catalogue)),
      this.repeat(ADMIN_READ_EVERY_MS, end, async () => {
        await this.administrator.read(random.pick(ADMIN_READS, 1)[0] ?? '');
      }),
    ]);
    await Promise.all(this.underWay);
  }

  private async arrive(catalogue: Catalogue, end: AbortSignal): Promise<void> {
    const { random, rate } = this.options;
    let dueMs = nowMs();
    for (;;) {
      dueMs += (-Math.log(1 - random.fraction()) / rate) * 1000; // arrivals that know nothing of each other
      await pause(dueMs - nowMs(), end);
      if (end.aborted) return;
      if (this.underWay.size >= MAX_VISITS) this.visits.turnedAway += 1;
      else this.begin(this.visit(catalogue));
    }
  }

  private begin(visit: Promise<void>): void {
    this.visits.begun += 1;
    const ended = visit.catch(() => undefined).finally(() => this.underWay.delete(ended)); // called off
    this.underWay.add(ended);
  }

  private async visit(catalogue: Catalogue): Promise<void> {
    const { random, signal } = this.options;
    const buyer = await this.anyBuyer();
    if (!buyer) return;
    const { caller, administrator } = this;
    await visitShop({ buyer, caller, administrator, catalogue, random, signal });
  }

  /** A new one, or one who comes back. */
  private async anyBuyer(): Promise<Buyer | undefined> {
    const { random } = this.options;
    const known = random.below(3) === 0 ? random.pick(this.buyers, 1)[0] : undefined;
    if (known) return known;
    const buyer = await Buyer.signIn(this.caller, this.orders);
    if (buyer) this.buyers.push(buyer);
    if (this.buyers.length > KNOWN_BUYERS) this.buyers.shift();
    return buyer;
  }

  private async restock({ items }: Catalogue, most: number): Promise<void> {
    for (const { itemId } of items) {
      const path = `/v1/admin/items/${itemId}/stock-adjustments`;
      const body = { quantity: adjustmentOf(this.options.random, most), reason: 'a delivery' };
      await this.administrator.post('POST /v1/admin/items/:id/stock-adjustments', path, body);
    }
  }

  private async look({ saleId }: Catalogue): Promise<void> {
    await this.caller.call('GET /v1/sales/:id', { method: 'GET', path: `/v1/sales/${saleId}` });
    await this.caller.call('GET /v1/sales', { method: 'GET', path: '/v1/sales?status=live' });
  }

  private async repeat(everyMs: number, end: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (;;) {
      await pause(everyMs, end);
      if (end.aborted) return;
      await work().catch(() => undefined); // called off
    }
  }
}
