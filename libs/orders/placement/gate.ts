import type { Database } from '#platform';
import type { Deadline } from './deadline.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { RefusalBatch } from './refusal-batch.js';

/** How many items and sales are remembered at most; what is forgotten costs one read. */
const MEMORY_LIMIT = 10_000;

/**
 * Lets those who will hear "sold out" or "not started" hear it without waiting behind those who buy, and keeps from the
 * queue what is no item of the sale at all.
 *
 * What it remembers only routes: it never refuses. A refusal is decided on one statement's snapshot of the primary, the
 * key first, so that a buyer whose order took the last unit gets that order; and whoever could buy after all is sent on.
 */
export class Gate {
  /** Items that were ordered before; anything may be asked for, and only what exists is worth a lock. */
  private readonly known = new BoundedSet(MEMORY_LIMIT);
  /** Items that were short, and sales that were not live, when last decided. */
  private readonly closed = new BoundedSet(MEMORY_LIMIT);
  /** Orders that wait, by the items and sales they name. */
  private readonly leavers = new Map<string, Set<() => void>>();
  private readonly refusals: RefusalBatch;

  /** @param database of its own, so that its reads do not queue behind those who buy */
  constructor(database: Database) {
    this.refusals = new RefusalBatch(database);
  }

  /** @returns undefined for an order that should be placed */
  async refusal(request: PlacementRequest, deadline: Deadline): Promise<Outcome | undefined> {
    if (!this.looksRefused(request)) return undefined;
    const outcome = await this.refusals.decide(request, deadline);
    if (outcome.kind !== 'accepted') return outcome;
    this.know(request.lines.map(({ itemId }) => itemId));
    return undefined;
  }

  /** These items exist: orders of them need not be looked at before they are placed. */
  know(itemIds: readonly string[]): void {
    for (const itemId of itemIds) this.known.add(itemId);
  }

  /**
   * Calls `leave` when something that the request names is found closed, for an order that waits by then.
   * @returns ends the watch
   */
  onClosed(request: PlacementRequest, leave: () => void): () => void {
    const names = namesOf(request);
    for (const name of names) {
      const leavers = this.leavers.get(name) ?? new Set();
      this.leavers.set(name, leavers.add(leave));
    }
    return () => {
      for (const name of names) {
        const leavers = this.leavers.get(name);
        if (leavers?.delete(leave) && leavers.size === 0) this.leavers.delete(name);
      }
    };
  }

  learn(request: PlacementRequest, outcome: Outcome): void {
    if (outcome.kind === 'accepted') {
      for (const name of namesOf(request)) this.closed.delete(name);
      return;
    }
    const name = outcome.kind === 'refused' ? closedBy(request, outcome) : undefined;
    if (name === undefined || !this.closed.add(name)) return;
    for (const leave of this.leavers.get(name) ?? []) leave();
  }

  private looksRefused(request: PlacementRequest): boolean {
    return (
      namesOf(request).some((name) => this.closed.has(name)) ||
      !request.lines.every(({ itemId }) => this.known.has(itemId))
    );
  }
}

/** What a refusal says of others who want the same. */
function closedBy(
  request: PlacementRequest,
  { code, itemId }: Extract<Outcome, { kind: 'refused' }>,
): string | undefined {
  switch (code) {
    case 'sold_out':
      return itemId;
    case 'sale_not_started':
    case 'sale_paused':
    case 'sale_ended':
      return request.saleId;
    default:
      return undefined;
  }
}

function namesOf(request: PlacementRequest): string[] {
  return [request.saleId, ...request.lines.map((line) => line.itemId)];
}

/** Forgets everything when it is full: what it holds are hints. */
class BoundedSet {
  private readonly names = new Set<string>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** @returns whether it is new */
  add(name: string): boolean {
    if (this.names.has(name)) return false;
    if (this.names.size >= this.limit) this.names.clear();
    this.names.add(name);
    return true;
  }

  delete(name: string): void {
    this.names.delete(name);
  }
}
