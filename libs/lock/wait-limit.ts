import { LockAbortedError, LockWaitTimeoutError } from './errors.js';

/** What ends the wait of one call before it has its lock: its time, its caller's signal, or a failure told from outside. */
export class WaitLimit {
  readonly resources: readonly string[];
  private readonly waitMs: number;
  private readonly deadline: number;
  private readonly signal: AbortSignal | undefined;
  /** What has ended the wait. */
  private failure: Error | undefined;
  private onFailure: ((error: Error) => void) | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** With `waitMs` 0 the one try ends the call, and no time limit is set. */
  constructor(
    resources: readonly string[],
    { waitMs, signal }: { waitMs: number; signal: AbortSignal | undefined },
  ) {
    this.resources = resources;
    this.waitMs = waitMs;
    this.deadline = performance.now() + waitMs;
    this.signal = signal;
    if (waitMs > 0) this.arm(waitMs);
    signal?.addEventListener('abort', this.aborted);
    if (signal?.aborted) this.aborted();
  }

  get remainingMs(): number {
    return this.deadline - performance.now();
  }

  /** Settles as `work` does, or rejects as soon as the limit is reached. One race at a time. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      work.then(resolve, reject);
      if (this.failure) reject(this.failure);
      this.onFailure = reject;
    });
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.onFailure?.(error);
  }

  /** Clears its timer and listener. */
  end(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.aborted);
  }

  private arm(delayMs: number): void {
    this.timer = setTimeout(() => {
      const remainingMs = this.remainingMs;
      if (remainingMs > 0)
        this.arm(remainingMs); // Node's timers may fire a fraction of a millisecond early
      else this.fail(new LockWaitTimeoutError(this.resources, this.waitMs));
    }, Math.ceil(delayMs));
  }

  private readonly aborted = (): void => {
    this.fail(new LockAbortedError(this.resources, this.signal?.reason));
  };
}
