import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import { check } from '../../load/checker/checker.js';
import { readDatabase } from '../../load/checker/database-snapshot.js';
import { History } from '../../load/checker/history.js';
import { nowMs } from '../../load/clock.js';
import { Journal, readJournal, type OrderLine } from '../../load/journal.js';
import { Api } from '../../load/target/api.js';
import { createBuyers, createCatalogue, type Buyer, type Catalogue } from '../../load/target/catalogue.js';
import { fetchAnswer } from '../../load/target/fetch-answer.js';
import { Sampler } from '../../load/target/sampler.js';
import { OrderAttempts, type AttemptResult } from '../../load/workload/order-attempts.js';
import { ADMIN_KEY, type Buyer as ShopBuyer, type Shop } from '../support/shop.js';
import { eventually } from '../support/wait.js';
import { recordFigures, type Figures } from './figures.js';

export interface LoadOptions {
  /** Where buyers send: each to one of them, and to the next one after an attempt that was not answered. Default: the shop. */
  readonly replicas?: readonly { readonly url: string }[];
  /** Default: 20. */
  readonly buyers?: number;
  readonly items?: number;
  /** Units of each item. Default: more than are asked for. */
  readonly stock?: number;
  /** A buyer orders until the limit is reached. Default: none. */
  readonly purchaseLimit?: number;
  /** What a buyer orders next. Default: one unit of the first item. */
  readonly linesOf?: (itemIds: readonly string[], buyer: number, round: number) => OrderLine[];
}

export interface AskedOrder {
  readonly buyer: Buyer;
  readonly key: string;
  readonly lines: OrderLine[];
}

/** What every service under these tests is started with. */
export const ORDER_DEADLINE_MS = 5_000;
export const LOAD_ENV = { ORDER_DEADLINE_MS: String(ORDER_DEADLINE_MS), LOG_LEVEL: 'error' };

/** Buyers live in the process of the tests, which shares two processors with another: they hear late what was said in time. */
const HEARD_LATE_MS = 10_000;

/** Between two orders of one buyer, and before the same order is sent again. */
const PAUSE_MS = 50;
const RETRY_MS = 100;
const PLENTY = 1_000_000;
const REPLAYS = 20;
/** Every order has its answer so soon after the fault is over. */
const ANSWERED_WITHIN_MS = 30_000;

const underWay = new Set<Load>();

/** A test that failed leaves nobody behind. */
afterEach(async () => {
  await Promise.all([...underWay].map((load) => load.abandon()));
});

/**
 * Buyers who order again and again, each order under a key of its own until it has a definite answer, with a journal that is
 * held against the record at the end.
 */
export class Load {
  private readonly attempts: OrderAttempts;
  private readonly buyers: Promise<void>[];
  private readonly sold: AskedOrder[] = [];
  private readonly figures = { withoutServiceMs: 0, retries: 0, unknowns: 0 };
  private lastAnswerMs = nowMs();
  private ending = false;
  private readonly abandoned = new AbortController();

  private constructor(
    private readonly shop: Shop,
    readonly catalogue: Catalogue,
    private readonly journal: Journal,
    private readonly sampler: Sampler,
    buyers: readonly Buyer[],
    private readonly options: LoadOptions,
  ) {
    underWay.add(this);
    this.attempts = new OrderAttempts(journal);
    sampler.start();
    this.buyers = buyers.map((buyer, number) => this.buy(buyer, number));
  }

  /** Creates items, a sale and buyers by way of the last replica, and lets the buyers loose. */
  static async start(shop: Shop, options: LoadOptions = {}): Promise<Load> {
    const { items = 1, stock = PLENTY, buyers = 20 } = options;
    const url = options.replicas?.at(-1)?.url ?? shop.service.url;
    const api = new Api({ url, adminKey: ADMIN_KEY, signal: new AbortController().signal });
    const catalogue = await createCatalogue(api, { items, stock, purchaseLimit: options.purchaseLimit });
    const crowd = await createBuyers(api, buyers, () => undefined);
    const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-fault-'));
    const journal = new Journal(path.join(folder, 'journal.jsonl'));
    return new Load(shop, catalogue, journal, new Sampler(api, catalogue.saleId), crowd, options);
  }

  /** Orders that were acknowledged so far. */
  get accepted(): number {
    return this.sold.length;
  }

  get saleId(): string {
    return this.catalogue.saleId;
  }

  get itemId(): string {
    return this.itemIds[0] ?? '';
  }

  /** Waits for so many more orders. */
  async sells(count: number): Promise<void> {
    const wanted = this.accepted + count;
    await eventually(() => expect(this.accepted).toBeGreaterThanOrEqual(wanted), {
      limitMs: ANSWERED_WITHIN_MS,
    });
  }

  /** Waits until every buyer has heard that there is no more. */
  async sellsOut(): Promise<void> {
    await Promise.all(this.buyers);
  }

  /** One attempt of a buyer of the caller's own, in the journal as the others are. */
  attempt(
    { id, token }: ShopBuyer,
    { key, quantity }: { key: string; quantity: number },
    signal = this.abandoned.signal,
  ): Promise<AttemptResult> {
    const order = { buyer: { buyerId: id, token }, key, lines: [{ itemId: this.itemId, quantity }] };
    return this.send(order, this.shop.service.url, signal);
  }

  /**
   * Lets nobody begin a new order, waits until each has its answer, sends some again, and holds all that was heard against
   * the record. The figures go to the table of the run.
   */
  async end(): Promise<Figures> {
    this.ending = true;
    try {
      const late = setTimeout(() => this.abandoned.abort(), ANSWERED_WITHIN_MS).unref();
      await Promise.all(this.buyers);
      clearTimeout(late);
      await this.replay();
      await this.sampler.stop();
      await this.sampler.trySample();
      this.journal.close();
      return await this.check();
    } finally {
      await this.abandon();
    }
  }

  /** Sends everybody home, whatever they wait for. */
  async abandon(): Promise<void> {
    underWay.delete(this);
    this.ending = true;
    this.abandoned.abort();
    await Promise.all(this.buyers);
    await this.sampler.stop();
    this.journal.close();
    await rm(path.dirname(this.journal.file), { recursive: true, force: true });
  }

  private get itemIds(): string[] {
    return this.catalogue.items.map(({ itemId }) => itemId);
  }

  private get replicas(): readonly { readonly url: string }[] {
    return this.options.replicas ?? [this.shop.service];
  }

  private async buy(buyer: Buyer, number: number): Promise<void> {
    const { linesOf = ([itemId = '']) => [{ itemId, quantity: 1 }] } = this.options;
    for (let round = 0; !this.ending; round += 1) {
      const order = { buyer, key: randomUUID(), lines: linesOf(this.itemIds, number, round) };
      const { outcome } = await this.persist(order, number);
      if (outcome !== 'ok') return; // sold out, or as much as one may have
      this.sold.push(order);
      await sleep(PAUSE_MS);
    }
  }

  /** The same order with the same key, at one replica after another, until it is decided. */
  private async persist(order: AskedOrder, first: number): Promise<AttemptResult> {
    for (let replica = first; ; replica += 1) {
      const url = this.replicas[replica % this.replicas.length]?.url ?? '';
      const result = await this.send(order, url, this.abandoned.signal);
      if (!result.worthRetrying) return result;
      this.figures.retries += 1;
      await sleep(RETRY_MS);
    }
  }

  private async send(
    { buyer, key, lines }: AskedOrder,
    url: string,
    signal: AbortSignal,
  ): Promise<AttemptResult> {
    const sentMs = nowMs();
    const result = await new Promise<AttemptResult>((settled) => {
      const order = { ...buyer, key, saleId: this.saleId, lines };
      const exchange = this.attempts.send(order, { intendedMs: sentMs, sentMs }, settled);
      void fetchAnswer(url, exchange.request, signal).then((answer) => {
        if (answer) exchange.answered(answer, nowMs());
        else exchange.lost(this.abandoned.signal.aborted ? 'cut_off' : 'connection_lost', nowMs());
      });
    });
    this.note(result);
    return result;
  }

  private note({ outcome, atMs }: AttemptResult): void {
    if (outcome === 'unknown') {
      this.figures.unknowns += 1;
      return;
    }
    this.figures.withoutServiceMs = Math.max(this.figures.withoutServiceMs, atMs - this.lastAnswerMs);
    this.lastAnswerMs = atMs;
  }

  /** Whoever asks again hears the same, at another replica too. */
  private async replay(): Promise<void> {
    const url = this.replicas.at(-1)?.url ?? '';
    this.lastAnswerMs = nowMs();
    for (const order of this.sold.slice(0, REPLAYS)) await this.send(order, url, this.abandoned.signal);
  }

  private async check(): Promise<Figures> {
    const { saleId, currency, items } = this.catalogue;
    const history = new History();
    for await (const entry of readJournal(this.journal.file)) history.add(entry);
    const snapshot = await readDatabase(this.shop.databaseUrl, { saleId, itemIds: this.itemIds });
    const orderDeadlineMs = ORDER_DEADLINE_MS + HEARD_LATE_MS;
    const parameters = { saleId, currency, items, orderDeadlineMs };
    const verdicts = check({ history, snapshot, samples: this.sampler.samples, parameters });
    expect(verdicts.filter(({ ok }) => ok !== true)).toEqual([]);
    const figures = { ...this.figures, orders: snapshot.orders.length };
    recordFigures(figures);
    return figures;
  }
}
