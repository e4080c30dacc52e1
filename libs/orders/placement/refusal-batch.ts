import { Gathering, outsideTraces, type Database } from '#platform';
import type { Deadline } from './deadline.js';
import { decideEach } from './decide.js';
import type { Outcome, PlacementRequest } from './placement.js';
import { readSnapshot } from './snapshot.js';
import { inBatch, TracedWait } from './traced-wait.js';

const BATCH = 250;

interface Waiting {
  readonly request: PlacementRequest;
  readonly deadline: Deadline;
  readonly wait: TracedWait | undefined;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Decides what looks refused, without a lock or a transaction: one statement on the primary for all requests that
 * gathered.
 */
export class RefusalBatch {
  private readonly database: Database;
  private readonly waiting = new Gathering<Waiting>(BATCH, (batch) =>
    outsideTraces(() => this.answer(batch)),
  );

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
      this.waiting.add({ request, deadline, wait, settle, fail });
    });
  }

  private async answer(gathered: readonly Waiting[]): Promise<void> {
    const batch = gathered.filter(({ deadline }) => !deadline.passed);
    if (batch.length === 0) return;
    try {
      const requests = batch.map(({ request }) => request);
      const waits = batch.map(({ wait }) => wait);
      const attributes = { 'holdfast.orders': batch.length };
      const snapshot = await inBatch({ name: 'read refusal batch', attributes }, waits, () =>
        readSnapshot(this.database, requests, { archivedKeys: true }),
      );
      // Each alone: one that could buy has not taken anything from the others yet.
      for (const [index, outcome] of decideEach(snapshot, requests).entries()) batch[index]?.settle(outcome);
    } catch (error) {
      for (const { fail } of batch) fail(error);
    }
  }
}
