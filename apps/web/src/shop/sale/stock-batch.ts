import type { StockEvent } from '#client';

/** Stock events until the next frame: however many arrive, the page is drawn once, with the last of each item. */
export class StockBatch {
  private readonly events = new Map<string, StockEvent>();
  private frame = 0;

  constructor(private readonly apply: (events: ReadonlyMap<string, StockEvent>) => void) {}

  add(event: StockEvent): void {
    this.events.set(event.itemId, event);
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.apply(this.events);
      this.events.clear();
    });
  }

  clear(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.events.clear();
  }
}
