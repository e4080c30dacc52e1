import { LatencyHistogram } from './statistics.js';
import { TimeSeries, type SeriesCount } from './time-series.js';

/**
 * Counts what becomes of the orders of a run, in memory that does not grow with their number.
 * Latencies run from the moment the buyer meant to press the button to the answer that settled the order, so that they
 * include waiting for the harness and, with retries, coming back.
 */
export class Meter {
  offered = 0;
  accepted = 0;
  acceptedUnits = 0;
  resent = 0;
  reads = 0;
  failedReads = 0;
  /** Requests that were planned and for which the time did not suffice. */
  neverSent = 0;
  /** Requests that found no free connection when they were due. */
  waitedForConnection = 0;
  readonly refused = new Map<string, number>();
  /** Orders without a definite answer, by the last thing heard. */
  readonly undecided = new Map<string, number>();
  readonly latency = {
    accepted: new LatencyHistogram(),
    refused: new LatencyHistogram(),
    reads: new LatencyHistogram(),
  };
  /** How much later than intended a request was sent although a connection was free. */
  readonly sendLag = new LatencyHistogram();
  readonly series = new TimeSeries();
  lastAnswerMs = 0;
  soldOutMs: number | undefined;
  /** Milliseconds since the epoch. */
  startMs = 0;
  private readonly unitsLeft: number[];

  /** @param stock units of each item, by its number */
  constructor(stock: readonly number[]) {
    this.unitsLeft = [...stock];
  }

  begin(startMs: number): void {
    this.startMs = startMs;
    this.lastAnswerMs = startMs;
  }

  offer(atMs: number): void {
    this.offered += 1;
    this.series.add(atMs - this.startMs, 'offered');
  }

  accept(atMs: number, latencyMs: number, lines: readonly { item: number; quantity: number }[]): void {
    this.accepted += 1;
    this.latency.accepted.record(latencyMs);
    this.heardAt(atMs, 'accepted');
    for (const { item, quantity } of lines) {
      this.acceptedUnits += quantity;
      this.series.add(atMs - this.startMs, 'acceptedUnits', quantity);
      this.unitsLeft[item] = (this.unitsLeft[item] ?? 0) - quantity;
    }
    if (this.unitsLeft.every((units) => units <= 0)) this.soldOutMs ??= atMs - this.startMs;
  }

  refuse(atMs: number, latencyMs: number, code: string): void {
    count(this.refused, code);
    this.latency.refused.record(latencyMs);
    this.heardAt(atMs, 'refused');
  }

  leaveUndecided(atMs: number, code: string): void {
    count(this.undecided, code);
    this.heardAt(atMs, 'undecided');
  }

  read(atMs: number, latencyMs: number, succeeded: boolean): void {
    this.reads += 1;
    if (succeeded) this.latency.reads.record(latencyMs);
    else this.failedReads += 1;
    this.heardAt(atMs, 'reads');
  }

  get refusedTotal(): number {
    return total(this.refused);
  }

  get undecidedTotal(): number {
    return total(this.undecided);
  }

  /** Orders that were settled and reads that were answered. */
  get answered(): number {
    return this.accepted + this.refusedTotal + this.undecidedTotal + this.reads;
  }

  private heardAt(atMs: number, event: SeriesCount): void {
    this.lastAnswerMs = Math.max(this.lastAnswerMs, atMs);
    this.series.add(atMs - this.startMs, event);
  }
}

function count(counts: Map<string, number>, code: string): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const value of counts.values()) sum += value;
  return sum;
}
