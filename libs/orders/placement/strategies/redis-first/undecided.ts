import { setTimeout as sleep } from 'node:timers/promises';

interface Orders {
  count: number;
  readonly allDecided: Promise<void>;
  readonly tell: () => void;
}

/** Orders of this process that have taken units in Redis, and of which PostgreSQL has not said whether they get them. */
export class Undecided {
  private readonly byItem = new Map<string, Orders>();

  has(itemId: string): boolean {
    return this.byItem.has(itemId);
  }

  /** @returns to be called when the order is decided */
  begin(itemIds: readonly string[]): () => void {
    for (const itemId of itemIds) {
      const orders = this.byItem.get(itemId) ?? noOrders();
      orders.count += 1;
      this.byItem.set(itemId, orders);
    }
    return () => {
      for (const itemId of itemIds) this.end(itemId);
    };
  }

  /** Waits until none is left, but not for longer than `limitMs`. */
  async none(itemId: string, limitMs: number): Promise<void> {
    const orders = this.byItem.get(itemId);
    if (!orders) return;
    const limit = new AbortController();
    await Promise.race([
      orders.allDecided,
      sleep(limitMs, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
  }

  private end(itemId: string): void {
    const orders = this.byItem.get(itemId);
    if (!orders) return;
    orders.count -= 1;
    if (orders.count > 0) return;
    this.byItem.delete(itemId);
    orders.tell();
  }
}

function noOrders(): Orders {
  let tell = (): void => undefined;
  const allDecided = new Promise<void>((resolve) => (tell = resolve));
  return { count: 0, allDecided, tell };
}
