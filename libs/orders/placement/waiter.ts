/**
 * An order's place in the queue. It is told to leave once, when others hear what it would hear too, and whenever the
 * process stops.
 */
export class Waiter {
  private leaving = new AbortController();
  private readonly endWatch: () => void;

  /** @param watch calls `leave` when the order need not wait any longer, and returns what ends the watch */
  constructor(watch: (leave: () => void) => () => void) {
    this.endWatch = watch(() => this.leave());
  }

  /** Aborts when it is told to leave. */
  get signal(): AbortSignal {
    return this.leaving.signal;
  }

  leave(): void {
    this.leaving.abort();
  }

  /** Waits its turn from now on, whatever others hear. */
  stay(): void {
    this.endWatch();
    this.leaving = new AbortController();
  }

  end(): void {
    this.endWatch();
  }
}
