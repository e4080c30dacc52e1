import { LatencyHistogram, type LatencySummary } from '#load';
import type { HttpAnswer } from './answer.js';

/** What was heard within a window. */
export interface TallyReport {
  readonly elapsedMs: number;
  /** Answers by status and code, such as `201` or `409 sold_out`; `lost …` for those that never came. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of answers below 400, in milliseconds. */
  readonly accepted: LatencySummary;
  readonly refused: LatencySummary;
}

/** Counts answers by status and code, and how long they took. */
export class Tally {
  private readonly counts = new Map<string, number>();
  private readonly accepted = new LatencyHistogram();
  private readonly refused = new LatencyHistogram();
  private readonly startedMs = performance.now();

  answered({ status, code }: HttpAnswer, latencyMs: number): void {
    this.count(code === undefined ? String(status) : `${status} ${code}`);
    (status < 400 ? this.accepted : this.refused).record(latencyMs);
  }

  lost(reason: string): void {
    this.count(`lost ${reason}`);
  }

  report(): TallyReport {
    return {
      elapsedMs: performance.now() - this.startedMs,
      counts: Object.fromEntries(this.counts),
      accepted: this.accepted.summary(),
      refused: this.refused.summary(),
    };
  }

  private count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
