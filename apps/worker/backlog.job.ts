import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ReservationEnds } from '#orders';
import { DuePayments } from '#payments';
import { Metrics } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 5_000;

/** Measures what waits for workers, in each of them: so it is seen too where the job that should do it stands still. */
@Injectable()
export class BacklogJob extends BackgroundJob {
  constructor(
    private readonly reservations: ReservationEnds,
    private readonly payments: DuePayments,
    metrics: Metrics,
  ) {
    super('Backlog', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  protected async work(): Promise<undefined> {
    this.metrics.reservationsOverdue.set(await this.reservations.overdueSec());
    this.metrics.paymentsPending.set(await this.payments.oldestPendingSec());
  }
}
