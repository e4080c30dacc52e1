import type { SaleView, StockEvent } from '#client';
import { serverNow } from '../../shared/clock.js';
import { Store } from '../../shared/store.js';
import { announce } from '../announcer.js';
import { backOffMs } from '../retry.js';
import { findSale, readSale } from './read-sale.js';
import { atTime, keepingObjects, withSaleEvent, withStock, type Link, type SaleState } from './sale-state.js';
import { SaleStream } from './sale-stream.js';
import { StockBatch } from './stock-batch.js';
import { stockNews } from './stock-news.js';

/** The stream says all but names, prices and the time: these are asked for now and then. */
const STREAMED_EVERY_MS = 30_000;
const ASKED_EVERY_MS = 2_000;
const NO_SALE_EVERY_MS = 10_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The sale that the page shows, kept up to date: by its stream, and by asking with an ETag every two seconds while there is
 * no stream. A hidden page asks for nothing.
 */
export class LiveSale {
  readonly state = new Store<SaleState>({ link: 'opening', isRead: false, sale: null });
  private readonly batch = new StockBatch((events) => this.update((sale) => withStock(sale, events)));
  /** What was told while an answer was under way: it is newer. */
  private readonly heard = new Map<string, StockEvent>();
  private etag: string | null = null;
  private failures = 0;
  private reading: Promise<void> | undefined;
  private stream: SaleStream | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turningPoint: ReturnType<typeof setTimeout> | undefined;

  /** @param saleId the one to show; else the one that is on */
  constructor(private readonly saleId: string | null) {}

  /** @returns what ends it */
  start(): () => void {
    const wake = () => {
      this.rest();
      if (!document.hidden) void this.refresh();
    };
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('online', wake);
    wake();
    return () => {
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('online', wake);
      this.rest();
    };
  }

  /** Reads it now. One request at a time. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
      clearTimeout(this.timer);
      if (!document.hidden) this.timer = setTimeout(() => void this.refresh(), this.pauseMs());
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    this.heard.clear();
    const { sale } = this.state.get();
    const saleId = sale && sale.status !== 'ended' ? sale.id : this.saleId;
    const hasAnswered = saleId === null ? await this.find() : await this.readAgain(saleId);
    this.failures = hasAnswered ? 0 : this.failures + 1;
    if (!hasAnswered) this.setLink('lost');
    else if (this.state.get().link === 'lost') this.setLink('asking');
    if (hasAnswered && !document.hidden) this.follow();
  }

  private async find(): Promise<boolean> {
    const found = await findSale();
    if (found === undefined) return false;
    // One that has ended stays until there is another.
    if (found || this.state.get().sale?.status !== 'ended') this.show(found);
    return true;
  }

  private async readAgain(saleId: string): Promise<boolean> {
    const reply = await readSale(saleId, this.etag);
    if (reply.status === 404 || reply.status === 400) this.show(null); // the shop began anew
    if (reply.data) {
      this.etag = reply.etag;
      this.show(withStock(reply.data, this.heard));
    }
    return reply.data !== undefined || [304, 400, 404].includes(reply.status);
  }

  private show(sale: SaleView | null): void {
    const { sale: before, link } = this.state.get();
    if (sale?.id !== before?.id) this.etag = null;
    const after = sale && keepingObjects(before, atTime(sale, serverNow()));
    this.state.set({ link, isRead: true, sale: after });
    if (before && after) stockNews(before, after).forEach(announce);
    this.awaitTurningPoint();
  }

  private update(change: (sale: SaleView) => SaleView): void {
    const { sale } = this.state.get();
    const after = sale && atTime(change(sale), serverNow());
    if (after && after !== sale) this.show(after);
  }

  private setLink(link: Link): void {
    const state = this.state.get();
    if (state.link !== link) this.state.set({ ...state, link });
  }

  /** Opens the stream of the sale that is shown. */
  private follow(): void {
    const { sale } = this.state.get();
    if (this.stream?.saleId === sale?.id) return;
    this.stream?.close();
    this.batch.clear();
    if (!sale) {
      this.stream = undefined;
      return;
    }
    this.stream = new SaleStream(sale.id, {
      onOpen: () => this.setLink('live'),
      onLost: () => {
        const { link } = this.state.get();
        if (link !== 'lost') this.setLink('asking');
        if (link === 'live') void this.refresh();
      },
      onSale: (event) => this.update((shown) => withSaleEvent(shown, event)),
      onStock: (event) => {
        this.heard.set(event.itemId, event);
        this.batch.add(event);
      },
    });
  }

  /** The beginning and the end come by the clock, whether the service is heard or not. */
  private awaitTurningPoint(): void {
    clearTimeout(this.turningPoint);
    const { sale } = this.state.get();
    if (!sale || sale.status === 'ended') return;
    const at = Date.parse(sale.status === 'scheduled' ? sale.startsAt : sale.endsAt);
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(0, at - serverNow()));
    this.turningPoint = setTimeout(() => {
      this.update((shown) => shown);
      this.awaitTurningPoint();
    }, waitMs);
  }

  private pauseMs(): number {
    const { link, sale } = this.state.get();
    if (this.failures > 0) return backOffMs(this.failures);
    if (link === 'live' && sale?.status !== 'ended') return STREAMED_EVERY_MS;
    return sale && sale.status !== 'ended' ? ASKED_EVERY_MS : NO_SALE_EVERY_MS;
  }

  private rest(): void {
    clearTimeout(this.timer);
    clearTimeout(this.turningPoint);
    this.stream?.close();
    this.stream = undefined;
    this.batch.clear();
    this.etag = null; // the clock may have stood still with the machine: an answer with a body sets it
    if (this.state.get().link === 'live') this.setLink('asking');
  }
}
