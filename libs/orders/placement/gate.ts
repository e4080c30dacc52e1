import { Database } from '#platform';
import type { Outcome, PlacementRequest } from './placement.js';
import { RefusalBatch } from './refusal-batch.js';

/** How many items and sales are remembered at most; what is forgotten costs one wait in the queue. */
const MEMORY_LIMIT = 10_000;

/**
 * Lets those who will hear "sold out" or "not started" hear it without waiting behind those who buy.
 *
 * What it remembers only routes: it never refuses. A refusal is decided on one statement's snapshot of the primary, the
 * key first, so that a buyer whose order took the last unit gets that order; and whoever could buy after all is sent on.
 */
export class Gate {
  /** Items that were short, and sales that were not live, when last decided. */
  private readonly believedClosed = new Set<string>();
  /** Orders that wait, by the items and sales they name. */
  private readonly leavers = new Map<string, Set<() => void>>();
  private readonly refusals: RefusalBatch;

  constructor(database: Database) {
    this.refusals = new RefusalBatch(database);
  }

  /** @returns undefined for an order that should be placed */
  async refusal(request: PlacementRequest): Promise<Outcome | undefined> {
    if (!this.namesOf(request).some((name) => this.believedClosed.has(name))) return undefined;
    const outcome = await this.refusals.decide(request);
    return outcome.kind === 'accepted' ? undefined : outcome;
  }

  /**
   * Calls `leave` when something that the request names is found closed, for an order that waits by then.
   * @returns ends the watch
   */
  onClosed(request: PlacementRequest, leave: () => void): () => void {
    const names = this.namesOf(request);
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
      for (const name of this.namesOf(request)) this.believedClosed.delete(name);
    } else if (outcome.kind === 'refused') {
      for (const name of this.closedBy(request, outcome.code)) this.remember(name);
    }
  }

  private closedBy(request: PlacementRequest, code: string): string[] {
    switch (code) {
      case 'sold_out':
        return request.lines.map((line) => line.itemId);
      case 'sale_not_started':
      case 'sale_paused':
      case 'sale_ended':
        return [request.saleId];
      default:
        return [];
    }
  }

  private namesOf(request: PlacementRequest): string[] {
    return [request.saleId, ...request.lines.map((line) => line.itemId)];
  }

  private remember(name: string): void {
    if (this.believedClosed.has(name)) return;
    if (this.believedClosed.size >= MEMORY_LIMIT) this.believedClosed.clear();
    this.believedClosed.add(name);
    for (const leave of this.leavers.get(name) ?? []) leave();
  }
}
