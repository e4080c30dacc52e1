/**
 * Keeps callers from paying the command timeout one after another while the store is away. A failure opens it for
 * `openMs`; then one call may probe, and its outcome closes the breaker or opens it again.
 */
export class CircuitBreaker {
  private readonly openMs: number;
  private readonly onOpen: (cause: unknown) => void;
  private state: 'closed' | 'open' | 'probing' = 'closed';
  private openUntil = 0;
  private lastCause: unknown;

  constructor({ openMs, onOpen }: { openMs: number; onOpen: (cause: unknown) => void }) {
    this.openMs = openMs;
    this.onOpen = onOpen;
  }

  /** Why it is open. */
  get cause(): unknown {
    return this.lastCause;
  }

  /** Whether a call may go to the store. Whoever hears true reports `succeeded` or `failed`. */
  admits(): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'probing' || performance.now() < this.openUntil) return false;
    this.state = 'probing';
    return true;
  }

  succeeded(): void {
    this.state = 'closed';
    this.lastCause = undefined;
  }

  failed(cause: unknown): void {
    if (this.state === 'open') return; // sent before it opened; the time runs from the first failure
    this.state = 'open';
    this.openUntil = performance.now() + this.openMs;
    this.lastCause = cause;
    this.onOpen(cause);
  }
}
