import type { StockEvent } from '#client';

/** More would keep a frame of a slow phone waiting; the others have the next ones. */
const MAX_PER_FRAME = 25;

/** Stock events until the next frame: however many arrive, an item is drawn once a frame, as the last of them says. */
export class StockBatch {
  private readonly events = new Map<string, StockEvent>();
  private frame = 0;

  constructor(private readonly apply: (events: ReadonlyMap<string, StockEvent>) => void) {}

  add(event: StockEvent): void {
    this.events.set(event.itemId, event);
    this.frame ||= requestAnimationFrame(this.draw);
  }

  clear(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.events.clear();
  }

  private readonly draw = (): void => {
    const due = new Map([...this.events].slice(0, MAX_PER_FRAME));
    for (const itemId of due.keys()) this.events.delete(itemId);
    this.frame = this.events.size > 0 ? requestAnimationFrame(this.draw) : 0;
    this.apply(due);
  };
}
