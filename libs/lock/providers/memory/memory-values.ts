import type { SharedValues } from '../../provider.js';

interface Entry {
  readonly value: string;
  readonly endsAt: number;
}

/** With fewer values than this, ended ones are not looked for. */
const SWEEP_FROM = 1_000;

/** Values of one process. Those that have ended are forgotten when they are asked for, or as others come. */
export class MemoryValues implements SharedValues {
  private readonly entries = new Map<string, Entry>();
  private sweepAt = SWEEP_FROM;

  get(key: string): Promise<{ value: string; remainingMs: number } | undefined> {
    const entry = this.entries.get(key);
    const remainingMs = entry ? Math.ceil(entry.endsAt - performance.now()) : 0;
    if (entry && remainingMs > 0) return Promise.resolve({ value: entry.value, remainingMs });
    this.entries.delete(key);
    return Promise.resolve(undefined);
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    this.sweep();
    this.entries.set(key, { value, endsAt: performance.now() + ttlMs });
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.entries.delete(key);
    return Promise.resolve();
  }

  private sweep(): void {
    if (this.entries.size < this.sweepAt) return;
    const now = performance.now();
    for (const [key, { endsAt }] of this.entries) if (endsAt <= now) this.entries.delete(key);
    this.sweepAt = Math.max(SWEEP_FROM, 2 * this.entries.size);
  }
}
