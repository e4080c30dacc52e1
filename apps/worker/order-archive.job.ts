import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ScheduledLock } from '#lock/nest';
import { OrderArchive } from '#orders';
import { Metrics } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 60_000;
/** Of the minute that the lock lasts. */
const WORK_MS = 50_000;

/** Archives what is due, in one process at a time. */
@Injectable()
export class OrderArchiveJob extends BackgroundJob {
  constructor(
    private readonly archive: OrderArchive,
    metrics: Metrics,
  ) {
    super('OrderArchive', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  @ScheduledLock({ name: 'orders:keys:archive', atMostMs: EVERY_MS })
  protected async work(): Promise<number | undefined> {
    const until = performance.now() + WORK_MS;
    let total = 0;
    while (performance.now() < until && !this.signal.aborted) {
      const begunAt = performance.now();
      const orders = await this.archive.archiveSome();
      if (orders === 0) break;
      total += orders;
      this.metrics.ordersArchived.inc(orders);
      // Half of the time is the others': buyers are in a hurry, and this is not.
      await sleep(performance.now() - begunAt, undefined, { signal: this.signal }).catch(() => undefined);
    }
    return total;
  }
}
