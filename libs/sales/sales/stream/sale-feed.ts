import type { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SaleView } from '../sale.dto.js';
import { changesBetween, snapshotOf } from './sale-events.js';

/** No item is told of more often. */
const BUSY_MS = 250;
/** How old the news of a sale may be in which nothing moves. */
const QUIET_MS = 1_000;
/** A client that takes what it is sent more slowly than that comes back to a new snapshot. */
const MAX_BEHIND_BYTES = 256 * 1024;

/**
 * The watchers of one sale in this process: one read for all of them, four times a second while something moves. It reads the
 * record, so that nothing has to be told, nothing can be missed, and no loss of Redis is noticed.
 */
export class SaleFeed {
  private readonly watchers = new Set<PassThrough>();
  private last: SaleView | undefined;
  private running = false;

  constructor(private readonly read: () => Promise<SaleView>) {}

  get size(): number {
    return this.watchers.size;
  }

  /** Adds a watcher, which is told everything first and then what changes. @param sale read after it asked */
  add(watcher: PassThrough, sale: SaleView): void {
    const isBehind = this.last !== undefined && this.last.serverTime > sale.serverTime;
    const latest = isBehind && this.last ? this.last : sale;
    this.last ??= latest;
    this.watchers.add(watcher);
    watcher.write(`retry: 2000\n\n${snapshotOf(latest)}`);
    void this.run();
  }

  remove(watcher: PassThrough): void {
    this.watchers.delete(watcher);
  }

  /** A line that clients ignore: it keeps proxies from closing what is silent. */
  keepAlive(): void {
    this.tell(': still here\n\n');
  }

  end(): void {
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let pauseMs = BUSY_MS;
    while (this.watchers.size > 0) {
      await sleep(pauseMs, undefined, { ref: false });
      pauseMs = (await this.tellChanges()) ? BUSY_MS : Math.min(2 * pauseMs, QUIET_MS);
    }
    this.running = false;
    this.last = undefined;
  }

  /** @returns whether there were any. While the record is away there are none. */
  private async tellChanges(): Promise<boolean> {
    const sale = await this.read().catch(() => undefined);
    if (!sale) return false;
    const changes = changesBetween(this.last ?? sale, sale);
    this.last = sale;
    if (changes !== '') this.tell(changes);
    return changes !== '';
  }

  private tell(events: string): void {
    for (const watcher of this.watchers) {
      if (watcher.writableLength > MAX_BEHIND_BYTES) watcher.destroy();
      else watcher.write(events);
    }
  }
}
