/**
 * An order's place in the queue. It is told to leave once, when others hear what it would hear too, and whenever the
 * process stops.
 */
export class Waiter {
  private readonly watch: (leave: () => void) => () => void;
  private told = false;
  private leaving: AbortController | undefined;
  private endWatch: (() => void) | undefined;
  private stays = false;

  /** @param watch calls `leave` when the order need not wait any longer, and returns what ends the watch */
  constructor(watch: (leave: () => void) => () => void) {
    this.watch = watch;
  }

  get isLeaving(): boolean {
    return this.told;
  }

  /** Aborts when the order is told to leave. It watches from the first time that somebody asks for it. */
  get signal(): AbortSignal {
    if (!this.stays) this.endWatch ??= this.watch(() => this.leave());
    this.leaving ??= new AbortController();
    if (this.told) this.leaving.abort();
    return this.leaving.signal;
  }

  leave(): void {
    this.told = true;
    this.leaving?.abort();
  }

  /** Waits its turn from now on, whatever others hear. */
  stay(): void {
    this.end();
    this.told = false;
    this.leaving = undefined;
  }

  end(): void {
    this.stays = true; // nobody would end a watch that began later
    this.endWatch?.();
    this.endWatch = undefined;
  }
}
