/** Does its work at once when it starts, and again `everyMs` after each time has ended, until it stops. */
export class Repeating {
  private readonly everyMs: number;
  private readonly work: () => Promise<unknown>;
  /** Of the run that goes on: work that ends after a stop and a new start belongs to neither. */
  private current: object | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param work never rejects */
  constructor(everyMs: number, work: () => Promise<unknown>) {
    this.everyMs = everyMs;
    this.work = work;
  }

  start(): void {
    if (this.current) return;
    this.current = {};
    void this.go(this.current);
  }

  stop(): void {
    this.current = undefined;
    clearTimeout(this.timer);
  }

  private async go(run: object): Promise<void> {
    await this.work();
    if (run !== this.current) return;
    this.timer = setTimeout(() => void this.go(run), this.everyMs).unref();
  }
}
