/** A moment on the monotonic clock until which a request must be answered. */
export class Deadline {
  private readonly atMs: number;

  private constructor(atMs: number) {
    this.atMs = atMs;
  }

  static after(ms: number): Deadline {
    return new Deadline(performance.now() + ms);
  }

  /** Never negative. */
  get remainingMs(): number {
    return Math.max(0, this.atMs - performance.now());
  }

  get passed(): boolean {
    return this.remainingMs === 0;
  }
}
