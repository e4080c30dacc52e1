import { dataOf, type ApiClient, type OutboxView, type SaleEvent, type StockEvent } from '#client';
import { Store } from '../../shared/store.js';
import { increaseBetween, ratesBetween, totalOf, type Rates } from './rates.js';
import { readCounters, type ServiceCounters } from './service-counters.js';

const POLL_MS = 1_000;
const ANSWER_LIMIT_MS = 5_000;
/** Three minutes. */
export const KEPT_MOMENTS = 180;
const REOPEN_MS = 3_000;

/** What was seen at one moment. Of a moment at which the service did not answer there are no rates. */
export interface Moment {
  readonly atMs: number;
  readonly rates: Rates | undefined;
  readonly outbox: OutboxView | undefined;
  /** Units available, by item. */
  readonly stock: Readonly<Record<string, number>>;
}

/** Orders since the monitor began. */
export interface Seen {
  readonly accepted: number;
  readonly replayed: number;
  readonly refused: number;
  readonly soldOut: number;
}

export interface Watched {
  readonly saleId: string | undefined;
  readonly status: SaleEvent['status'] | undefined;
  readonly stock: Readonly<Record<string, number>>;
}

export interface MonitorState {
  /** The last three minutes, oldest first. */
  readonly moments: readonly Moment[];
  readonly seen: Seen;
  readonly watched: Watched;
  /** Since when the service has not answered, in milliseconds since the epoch. */
  readonly awaySinceMs: number | undefined;
}

const NOBODY: Watched = { saleId: undefined, status: undefined, stock: {} };

/** Looks at the service once a second, and listens to the stream of one sale; for as long as it is not closed. */
export class Monitor {
  readonly states = new Store<MonitorState>({
    moments: [],
    seen: { accepted: 0, replayed: 0, refused: 0, soldOut: 0 },
    watched: NOBODY,
    awaySinceMs: undefined,
  });
  private readonly client: ApiClient;
  private last: ServiceCounters | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reopening: ReturnType<typeof setTimeout> | undefined;
  private stream: EventSource | undefined;
  private open = false;

  constructor(client: ApiClient) {
    this.client = client;
  }

  start(): void {
    this.open = true;
    void this.poll();
    if (this.state.watched.saleId !== undefined) this.listen(this.state.watched.saleId);
  }

  close(): void {
    this.open = false;
    clearTimeout(this.timer);
    this.stopListening();
  }

  /** Follows this sale's stock from now on. */
  watch(saleId: string): void {
    if (saleId === this.state.watched.saleId) return;
    this.stopListening();
    this.tell({ watched: { ...NOBODY, saleId } });
    if (this.open) this.listen(saleId);
  }

  private async poll(): Promise<void> {
    const began = performance.now();
    const [counters, outbox] = await Promise.all([this.scrape(), this.readOutbox()]);
    if (!this.open) return;
    const seen = counters && this.last ? seenWith(this.state.seen, this.last, counters) : this.state.seen;
    this.tell({
      moments: [...this.state.moments, this.momentOf(counters, outbox)].slice(-KEPT_MOMENTS),
      seen,
      awaySinceMs: counters ? undefined : (this.state.awaySinceMs ?? Date.now()),
    });
    this.last = counters ?? this.last;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poll(), Math.max(0, POLL_MS - (performance.now() - began)));
  }

  private momentOf(counters: ServiceCounters | undefined, outbox: OutboxView | undefined): Moment {
    const rates = counters && this.last ? ratesBetween(this.last, counters) : undefined;
    return { atMs: Date.now(), rates, outbox, stock: this.state.watched.stock };
  }

  private async scrape(): Promise<ServiceCounters | undefined> {
    try {
      const text = await dataOf<unknown>(this.client.GET('/metrics', { parseAs: 'text', signal: limit() }));
      return readCounters(String(text), performance.now());
    } catch {
      return undefined;
    }
  }

  private async readOutbox(): Promise<OutboxView | undefined> {
    try {
      return await dataOf(this.client.GET('/v1/admin/outbox', { signal: limit() }));
    } catch {
      return undefined;
    }
  }

  private listen(saleId: string): void {
    const stream = new EventSource(`/v1/sales/${encodeURIComponent(saleId)}/stream`);
    this.stream = stream;
    stream.addEventListener('sale', ({ data }: MessageEvent<string>) => {
      const { status } = JSON.parse(data) as SaleEvent;
      this.tell({ watched: { ...this.state.watched, status } });
    });
    stream.addEventListener('stock', ({ data }: MessageEvent<string>) => {
      const { itemId, available } = JSON.parse(data) as StockEvent;
      const { watched } = this.state;
      this.tell({ watched: { ...watched, stock: { ...watched.stock, [itemId]: available } } });
    });
    stream.addEventListener('error', () => {
      if (stream.readyState !== EventSource.CLOSED || stream !== this.stream) return; // else the browser tries again
      this.reopening = setTimeout(() => this.listen(saleId), REOPEN_MS);
    });
  }

  private stopListening(): void {
    clearTimeout(this.reopening);
    this.stream?.close();
    this.stream = undefined;
  }

  private get state(): MonitorState {
    return this.states.get();
  }

  private tell(change: Partial<MonitorState>): void {
    this.states.set({ ...this.state, ...change });
  }
}

function seenWith(seen: Seen, before: ServiceCounters, after: ServiceCounters): Seen {
  const { accepted, replayed, refused } = increaseBetween(before, after);
  return {
    accepted: seen.accepted + accepted,
    replayed: seen.replayed + replayed,
    refused: seen.refused + totalOf(refused),
    soldOut: seen.soldOut + refused.soldOut,
  };
}

function limit(): AbortSignal {
  return AbortSignal.timeout(ANSWER_LIMIT_MS);
}
