import { outsideTraces, type Database } from '#platform';
import type { Deadline } from './deadline.js';
import { decide } from './decide.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { readSnapshot } from './snapshot.js';
import { inBatch, TracedWait } from './traced-wait.js';

const MAX_BATCH = 500;

interface Waiting {
  readonly request: PlacementRequest;
  readonly deadline: Deadline;
  readonly wait: TracedWait | undefined;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Decides what looks refused, without a lock or a transaction: one statement on the primary for all requests that
 * gathered while the one before it ran. It uses one connection, however many are refused.
 */
export class RefusalBatch {
  private readonly database: Database;
  private waiting: Waiting[] = [];
  private running = false;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Settles with what the request would hear now; `accepted` means that it should be placed, not that it was. Past its
   * deadline nobody listens any longer, and it may never settle.
   */
  decide(request: PlacementRequest, deadline: Deadline): Promise<Outcome> {
    const wait = TracedWait.begin('wait for refusal batch');
    return new Promise((settle, fail) => {
      this.waiting.push({ request, deadline, wait, settle, fail });
      if (!this.running) void outsideTraces(() => this.run());
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const live = this.waiting.filter(({ deadline }) => !deadline.passed);
      this.waiting = live.slice(MAX_BATCH);
      if (live.length > 0) await this.answer(live.slice(0, MAX_BATCH));
    }
    this.running = false;
  }

  private async answer(batch: readonly Waiting[]): Promise<void> {
    try {
      const requests = batch.map(({ request }) => request);
      const waits = batch.map(({ wait }) => wait);
      const attributes = { 'holdfast.orders': batch.length };
      const snapshot = await inBatch({ name: 'read refusal batch', attributes }, waits, () =>
        readSnapshot(this.database, requests, { archivedKeys: true }),
      );
      for (const { request, settle } of batch) {
        // Each alone: one that could buy has not taken anything from the others yet.
        const [outcome] = decide(snapshot, [request]);
        if (outcome) settle(outcome);
      }
    } catch (error) {
      for (const { fail } of batch) fail(error);
    }
  }
}
