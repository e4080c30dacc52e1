/** Between two stretches, in a process that takes locks. */
const EVERY_MS = 60_000;
/** At this pace one process keeps up with fourteen million new resources a day. */
const ROWS = 10_000;

/** Removes what nobody needs any more, a stretch of the table at a time, beside the operations of a busy provider. */
export class Sweeper {
  private readonly sweep: (after: string, limit: number) => Promise<string | undefined>;
  private nextAt = performance.now() + EVERY_MS * Math.random(); // processes that start together do not sweep together
  private after = '';
  private running: Promise<void> | undefined;

  /** @param sweep @returns where to go on, or undefined at the end of the table */
  constructor(sweep: (after: string, limit: number) => Promise<string | undefined>) {
    this.sweep = sweep;
  }

  /** Costs nothing but now and then; never fails. */
  sweepNowAndThen(): void {
    if (performance.now() < this.nextAt) return;
    this.nextAt = performance.now() + EVERY_MS;
    this.running = this.sweep(this.after, ROWS).then(
      (next) => void (this.after = next ?? ''),
      () => undefined, // the next stretch tries again
    );
  }

  async close(): Promise<void> {
    this.nextAt = Infinity;
    await this.running;
  }
}
