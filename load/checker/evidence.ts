import type { ReconciliationItem } from '#client';
import type { History } from './history.js';
import type { Snapshot } from './snapshot.js';

/** An item as the run set it up. */
export interface SoldItem {
  readonly itemId: string;
  readonly sku: string;
  /** Units received before the sale began. */
  readonly stock: number;
  /** What a unit costs in this sale, in minor units. */
  readonly priceAmount: number;
  readonly purchaseLimit: number | null;
}

/** What the run set up: the promises are held against it. */
export interface Parameters {
  readonly saleId: string;
  readonly currency: string;
  readonly items: readonly SoldItem[];
  /** The service answers within this time, or gives the order up. */
  readonly orderDeadlineMs: number;
}

/** What the service said of itself while the load ran. */
export interface Sample {
  readonly atMs: number;
  readonly balanced: boolean;
  /** Names and details of its own checks that failed. */
  readonly failures: readonly string[];
  readonly items: readonly ReconciliationItem[];
}

/** All that a run left behind. */
export interface Evidence {
  readonly history: History;
  readonly snapshot: Snapshot;
  readonly samples: readonly Sample[];
  readonly parameters: Parameters;
}
