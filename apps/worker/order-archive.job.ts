import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ScheduledLock } from '#lock/nest';
import { OrderArchive } from '#orders';
import { Metrics } from '#platform';

const EVERY_MS = 60_000;
/** Of the minute that the lock lasts. */
const WORK_MS = 50_000;

/** Archives what is due, once at the start and then every minute, in one process at a time. */
@Injectable()
export class OrderArchiveJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('OrderArchive');
  private readonly stop = new AbortController();
  private underWay: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly archive: OrderArchive,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    void this.tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.underWay;
  }

  @Interval(EVERY_MS)
  tick(): Promise<void> {
    const run = this.run().then(
      (orders = 0) => {
        if (orders > 0) this.logger.log({ orders }, 'orders were archived');
      },
      (error: unknown) =>
        this.logger.warn({ err: error }, 'orders were not archived; the next run tries again'),
    );
    this.underWay = run;
    return run;
  }

  /** @returns how many were archived; undefined where another process does so */
  @ScheduledLock({ name: 'orders:keys:archive', atMostMs: EVERY_MS })
  private async run(): Promise<number | undefined> {
    const until = performance.now() + WORK_MS;
    let total = 0;
    while (performance.now() < until && !this.stop.signal.aborted) {
      const begunAt = performance.now();
      const orders = await this.archive.archiveSome();
      if (orders === 0) break;
      total += orders;
      this.metrics.ordersArchived.inc(orders);
      // Half of the time is the others': buyers are in a hurry, and this is not.
      await sleep(performance.now() - begunAt, undefined, { signal: this.stop.signal }).catch(
        () => undefined,
      );
    }
    return total;
  }
}
