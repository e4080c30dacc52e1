import type { SaleEvent, StockEvent } from '#client';

/** How long a stream that was refused stays closed: the service asks for five seconds, the rest parts the crowd. */
const REFUSED_MS = { min: 5_000, spread: 3_000 };

export interface StreamListener {
  onOpen(): void;
  /** It is not there at the moment, and comes back by itself. */
  onLost(): void;
  onSale(event: SaleEvent): void;
  onStock(event: StockEvent): void;
}

/** The live stream of a sale. A broken connection is the browser's to mend; a refusal is tried again here. */
export class SaleStream {
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly saleId: string,
    private readonly listener: StreamListener,
  ) {
    this.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
  }

  private open(): void {
    const source = new EventSource(`/v1/sales/${this.saleId}/stream`);
    this.source = source;
    source.onopen = () => this.listener.onOpen();
    source.addEventListener('sale', ({ data }: MessageEvent<string>) => {
      this.listener.onSale(JSON.parse(data) as SaleEvent);
    });
    source.addEventListener('stock', ({ data }: MessageEvent<string>) => {
      this.listener.onStock(JSON.parse(data) as StockEvent);
    });
    source.onerror = () => {
      this.listener.onLost();
      if (source.readyState !== EventSource.CLOSED) return;
      const waitMs = REFUSED_MS.min + Math.random() * REFUSED_MS.spread;
      this.timer = setTimeout(() => this.open(), waitMs);
    };
  }
}
