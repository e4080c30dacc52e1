import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Metrics } from '#platform';

/**
 * Work that comes back: a round at the start and then whenever a timer says so, one at a time in this process. A failure is
 * logged once until a round succeeds again; the next one tries. When the process stops, the round under way ends first.
 */
export abstract class BackgroundJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private underWay: Promise<void> | undefined;
  private isFailing = false;

  /** @param name for log and metrics */
  constructor(
    private readonly name: string,
    protected readonly metrics: Metrics,
  ) {
    this.logger = new Logger(name);
  }

  /** Aborts when the process stops. */
  protected get signal(): AbortSignal {
    return this.stopping.signal;
  }

  onApplicationBootstrap(): void {
    void this.round();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.underWay;
  }

  /** Begins a round, unless one is under way. Never rejects. */
  protected round(): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    return (this.underWay ??= this.oneRound().finally(() => (this.underWay = undefined)));
  }

  /** @returns how many things it did; undefined where another process does them */
  protected abstract work(): Promise<number | undefined>;

  private async oneRound(): Promise<void> {
    try {
      const done = await this.work();
      if (done !== undefined && done > 0) this.logger.log({ done }, 'done');
      if (this.isFailing) this.logger.log('works again');
      this.isFailing = false;
      this.metrics.jobSuccess.setToCurrentTime({ name: this.name });
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ err: error }, 'failed; the next round tries again');
      this.isFailing = true;
    }
  }
}
