import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ScheduledLock } from '#lock/nest';
import { Database, Metrics, removeSome, type Retention } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 60_000;
/** Of the minute that the lock lasts. */
const WORK_MS = 50_000;

/** Removes what has had its time, in one process at a time. */
@Injectable()
export class RetentionJob extends BackgroundJob {
  constructor(
    private readonly database: Database,
    private readonly retentions: readonly Retention[],
    metrics: Metrics,
  ) {
    super('Retention', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  @ScheduledLock({ name: 'record:old-rows:remove', atMostMs: EVERY_MS })
  protected async work(): Promise<number | undefined> {
    const until = performance.now() + WORK_MS;
    let total = 0;
    for (const retention of this.retentions) total += await this.removeAll(retention, until);
    return total;
  }

  private async removeAll(retention: Retention, until: number): Promise<number> {
    let total = 0;
    while (performance.now() < until && !this.signal.aborted) {
      const begunAt = performance.now();
      const removed = await removeSome(this.database, retention);
      if (removed === 0) break;
      total += removed;
      this.metrics.rowsRemoved.inc({ kind: retention.kind }, removed);
      // Half of the time is the others': buyers are in a hurry, and this is not.
      await sleep(performance.now() - begunAt, undefined, { signal: this.signal }).catch(() => undefined);
    }
    return total;
  }
}
