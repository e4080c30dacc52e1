import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DuePayments } from '#payments';
import { Metrics } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 500;

/** Asks the gateway about payments that are due. Each is taken up by one process at a time, by its row. */
@Injectable()
export class PaymentsJob extends BackgroundJob {
  constructor(
    private readonly payments: DuePayments,
    metrics: Metrics,
  ) {
    super('Payments', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  protected async work(): Promise<number> {
    let total = 0;
    let taken: number;
    do {
      taken = await this.payments.settleSome();
      total += taken;
    } while (taken > 0 && !this.signal.aborted);
    return total;
  }
}
