import { LockUsageError } from './errors.js';
import type { HeldLock } from './held-lock.js';
import type { Lock } from './lock.js';

/** One more handle of a lock that is held already. */
export class Reentry implements Lock {
  private readonly held: HeldLock;
  private releasing: Promise<boolean> | undefined;

  constructor(held: HeldLock) {
    this.held = held;
  }

  get resources(): readonly string[] {
    return this.held.resources;
  }

  get fences(): ReadonlyMap<string, number> {
    return this.held.fences;
  }

  get fence(): number {
    return this.held.fence;
  }

  get signal(): AbortSignal {
    return this.held.signal;
  }

  isHeld(): boolean {
    return this.releasing === undefined && this.held.isHeld();
  }

  extend(leaseMs: number): Promise<boolean> {
    return this.held.extend(leaseMs);
  }

  release(): Promise<boolean> {
    this.releasing ??= this.held.releaseHandle();
    return this.releasing;
  }

  isContended(): Promise<boolean> {
    return this.held.isContended();
  }

  releaseAfter(): Promise<boolean> {
    return Promise.reject(outermostOnly(this, 'releaseAfter'));
  }

  yieldIfContended(): Promise<boolean> {
    return Promise.reject(outermostOnly(this, 'yieldIfContended'));
  }

  handOver(): Promise<string> {
    return Promise.reject(outermostOnly(this, 'handOver'));
  }

  reenter(): Lock {
    return this.held.reenter();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }
}

function outermostOnly({ resources }: Lock, call: string): LockUsageError {
  return new LockUsageError(
    resources,
    `${call} is for the handle that acquire returned, not for a re-entry.`,
  );
}
