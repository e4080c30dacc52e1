import type { Moment } from '../postgres/connection.js';
import type { Wish } from '../shop/buyers.js';

export type ProcessName = 'api-1' | 'api-2' | 'api-3' | 'worker-1' | 'worker-2';

/** What happens to a process: at once, or when it next comes to a moment. */
export type ProcessFault =
  | { readonly kind: 'kill'; readonly downMs: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'cut'; readonly lateMs: number };

export type Action =
  /** `again`: at once, from somewhere else, under the same key or under another one. */
  | {
      readonly kind: 'order';
      readonly wish: Wish;
      readonly retries: number;
      readonly again?: 'same key' | 'another key';
    }
  /** Of the buyer's latest order, by so many at once. */
  | {
      readonly kind: 'pay';
      readonly buyerId: string;
      readonly times: number;
      readonly outcome: 'succeed' | 'decline' | 'timeout';
    }
  /** `afterExpiryMs`: not now, but so long after its hold has ended. */
  | {
      readonly kind: 'cancel';
      readonly buyerId: string;
      readonly times: number;
      readonly afterExpiryMs?: number;
    }
  | { readonly kind: 'adjust'; readonly itemId: string; readonly quantity: number }
  | { readonly kind: 'pause-sale'; readonly saleId: string; readonly ms: number }
  | {
      readonly kind: 'process';
      readonly process: ProcessName;
      readonly fault: ProcessFault;
      readonly at?: Moment;
    }
  | {
      readonly kind: 'slow-network';
      readonly process: ProcessName;
      readonly forMs: number;
      readonly ms: number;
    }
  | { readonly kind: 'postgres-restart'; readonly downMs: number }
  | { readonly kind: 'slow-commits'; readonly forMs: number; readonly ms: number }
  | { readonly kind: 'locks-lost'; readonly slowerMs: number }
  | { readonly kind: 'locks-away'; readonly ms: number }
  | {
      readonly kind: 'locks-lossy' | 'locks-repeat';
      readonly process: ProcessName;
      readonly forMs: number;
      readonly rate: number;
    }
  | { readonly kind: 'gateway-quiet'; readonly ms: number };

export type ActionKind = Action['kind'];

/** One step of a schedule. */
export interface Step {
  /** From 1, in the order of time; it keeps its number when others are left out. */
  readonly number: number;
  readonly atMs: number;
  readonly action: Action;
}

/** An item on sale. */
export interface Offer {
  readonly saleId: string;
  readonly itemId: string;
  readonly priceAmount: number;
  readonly purchaseLimit: number | null;
  readonly allotment: number | null;
}

/** All that a seed stands for. */
export interface Schedule {
  readonly seed: number;
  readonly stock: Readonly<Record<string, number>>;
  readonly offers: readonly Offer[];
  readonly reservationTtlSeconds: number;
  readonly steps: readonly Step[];
}
