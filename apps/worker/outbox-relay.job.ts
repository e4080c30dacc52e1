import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Outbox, OutboxRelay } from '#outbox';
import { Metrics } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 500;
/** Counting what waits costs a look at all of it. */
const MEASURED_EVERY_MS = 5_000;

/** Tells the shop what happened, where there is one to tell. Each event is taken up by one process at a time, by its row. */
@Injectable()
export class OutboxRelayJob extends BackgroundJob {
  private measuredAt = -Infinity;

  constructor(
    private readonly outbox: Outbox,
    /** Undefined where no shop is to be told. */
    private readonly relay: OutboxRelay | undefined,
    metrics: Metrics,
  ) {
    super('OutboxRelay', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  protected async work(): Promise<number | undefined> {
    if (!this.relay) return undefined;
    let total = 0;
    let delivered: number;
    do {
      delivered = await this.relay.deliverSome();
      total += delivered;
      this.metrics.outboxDelivered.inc(delivered);
      await this.measure(); // behind the deliveries: where counting takes too long, the next round delivers
    } while (delivered > 0 && !this.signal.aborted); // where none was, the shop is away, or there are no more
    return total;
  }

  private async measure(): Promise<void> {
    if (performance.now() - this.measuredAt < MEASURED_EVERY_MS) return;
    this.measuredAt = performance.now();
    await this.outbox.prolong();
    const { pending, dead, lagSec } = await this.outbox.depth();
    this.metrics.outboxEvents.set({ state: 'pending' }, pending);
    this.metrics.outboxEvents.set({ state: 'dead' }, dead);
    this.metrics.outboxLag.set(lagSec);
  }
}
