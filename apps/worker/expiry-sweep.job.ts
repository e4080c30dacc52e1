import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ScheduledLock } from '#lock/nest';
import { MAX_EXPIRED_AT_ONCE, ReservationEnds } from '#orders';
import { Metrics } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 1_000;

/**
 * Expires unpaid orders whose time is over: the truth about every hold, on the database's clock. The lock spares the
 * replicas work that one of them does; without its store each of them sweeps, and a locked order is the other's.
 */
@Injectable()
export class ExpirySweepJob extends BackgroundJob {
  constructor(
    private readonly reservations: ReservationEnds,
    metrics: Metrics,
  ) {
    super('ExpirySweep', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  @ScheduledLock({
    name: 'reservations:expired:sweep',
    atMostMs: 5_000,
    atLeastMs: EVERY_MS / 2,
    withoutStore: 'run',
  })
  protected async work(): Promise<number | undefined> {
    let total = 0;
    let expired: number;
    do {
      expired = await this.reservations.expireSome();
      total += expired;
      this.metrics.ordersExpired.inc(expired);
    } while (expired === MAX_EXPIRED_AT_ONCE && !this.signal.aborted);
    return total;
  }
}
