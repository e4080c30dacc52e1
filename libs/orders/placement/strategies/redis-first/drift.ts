import { Gauge, type Registry } from 'prom-client';
import type { SqlExecutor } from '#platform';
import type { StockCounters } from './stock-counters.js';

/** Items that are compared at most; beyond it those that were ordered longest ago are left out. */
const MAX_ITEMS = 1_000;

/**
 * What Redis and the record disagree about, over the items that this process had orders for. `unsellable`: the record
 * has the unit, Redis does not offer it. `phantom`: Redis offers it, the record has it no more. It is read when somebody
 * asks for the metrics; an order under way counts as unsellable, so that the figure is the drift when it is quiet.
 */
export class Drift {
  private readonly itemIds = new Set<string>();
  private readonly counters: StockCounters;
  private readonly database: SqlExecutor;

  constructor(counters: StockCounters, database: SqlExecutor) {
    this.counters = counters;
    this.database = database;
  }

  watch(itemId: string): void {
    this.itemIds.delete(itemId); // to the end
    this.itemIds.add(itemId);
    const [oldest] = this.itemIds;
    if (this.itemIds.size > MAX_ITEMS && oldest !== undefined) this.itemIds.delete(oldest);
  }

  expose(registry: Registry): void {
    const measure = () => this.measure();
    new Gauge({
      name: 'holdfast_redis_first_drift_units',
      help: 'Units that the counters of redis-first and the record disagree about',
      labelNames: ['kind'] as const,
      registers: [registry],
      async collect() {
        this.reset(); // a figure from before is worse than none
        const drift = await measure().catch(() => undefined);
        if (!drift) return;
        this.set({ kind: 'unsellable' }, drift.unsellable);
        this.set({ kind: 'phantom' }, drift.phantom);
      },
    });
  }

  private async measure(): Promise<{ unsellable: number; phantom: number }> {
    const left = await this.counters.left([...this.itemIds]);
    const rows = await this.database.query<{ item_id: string; available: number }>(
      'SELECT item_id, on_hand - reserved AS available FROM stock_level WHERE item_id = ANY ($1::uuid[])',
      [[...left.keys()]],
    );
    const drift = { unsellable: 0, phantom: 0 };
    for (const { item_id, available } of rows) {
      const missing = available - Math.max(0, left.get(item_id) ?? 0);
      drift.unsellable += Math.max(0, missing);
      drift.phantom += Math.max(0, -missing);
    }
    return drift;
  }
}
