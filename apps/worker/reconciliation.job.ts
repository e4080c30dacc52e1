import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ScheduledLock } from '#lock/nest';
import { ReconciliationService } from '#orders';
import { Metrics } from '#platform';
import { BackgroundJob } from './background-job.js';

const EVERY_MS = 300_000;

/** Holds the books of every sale under way against each other, and raises an alert where they disagree. */
@Injectable()
export class ReconciliationJob extends BackgroundJob {
  private readonly alerts = new Logger('Reconciliation');

  constructor(
    private readonly reconciliation: ReconciliationService,
    metrics: Metrics,
  ) {
    super('Reconciliation', metrics);
  }

  @Interval(EVERY_MS)
  override round(): Promise<void> {
    return super.round();
  }

  @ScheduledLock({
    name: 'sales:books:reconcile',
    atMostMs: EVERY_MS,
    atLeastMs: EVERY_MS / 2,
    withoutStore: 'run',
  })
  protected async work(): Promise<number | undefined> {
    const saleIds = await this.reconciliation.salesUnderWay();
    for (const saleId of saleIds) {
      if (this.signal.aborted) break;
      await this.check(saleId);
    }
    return saleIds.length;
  }

  private async check(saleId: string): Promise<void> {
    try {
      const { balanced, checks } = await this.reconciliation.reconcile(saleId);
      this.metrics.reconciliations.inc({ verdict: balanced ? 'balanced' : 'unbalanced' });
      if (balanced) return;
      const broken = checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
      this.alerts.error({ saleId, broken }, 'the books of a sale disagree');
    } catch (error) {
      this.metrics.reconciliations.inc({ verdict: 'unchecked' });
      this.alerts.error({ err: error, saleId }, 'the books of a sale could not be checked');
    }
  }
}
