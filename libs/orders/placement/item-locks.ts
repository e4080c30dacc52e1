import { Logger } from '@nestjs/common';
import {
  LockAbortedError,
  LockContendedError,
  LockUnavailableError,
  LockWaitTimeoutError,
  type Lock,
  type LockManager,
} from '#lock';

/** An item that was used for so long is given up if another process waits for it; one that was not used, in any case. */
const TURN_MS = 100;
/** Where the store has no queue nobody can say whether others wait: longer turns, and a rest in which one who asks finds it free. */
const BLIND_TURN_MS = 500;
const REST_MS = 75; // a quorum's waiters ask every 70 ms or sooner

export function lockName(itemId: string): string {
  return `inventory:item:${itemId}:deduct`;
}

interface Held {
  readonly lock: Lock;
  /** When it was last found that nobody else waits for it, on the monotonic clock. */
  sinceMs: number;
  usedMs: number;
}

/**
 * The item locks of this process, kept from one batch to the next: a hot item costs no command at all while no other
 * process wants it, and goes to the other one within two turns.
 */
export class ItemLocks {
  private readonly logger = new Logger(ItemLocks.name);
  private readonly locks: LockManager;
  private readonly leaseMs: number;
  private readonly isFair: boolean;
  private readonly turnMs: number;
  private readonly held = new Map<string, Held>();
  /** In the store's queue. */
  private readonly awaited = new Set<string>();
  private readonly onChange: () => void;
  private upkeep: NodeJS.Timeout | undefined;

  /** @param onChange hears that an awaited lock has come, or will not */
  constructor(locks: LockManager, { leaseMs, onChange }: { leaseMs: number; onChange: () => void }) {
    this.locks = locks;
    this.leaseMs = leaseMs;
    this.onChange = onChange;
    this.isFair = locks.provider.abilities.has('fair');
    this.turnMs = this.isFair ? TURN_MS : BLIND_TURN_MS;
  }

  /** Whether another process works on the item and this one stands in the queue for it. */
  isAwaited(itemId: string): boolean {
    return this.awaited.has(itemId);
  }

  /** The grants under which these items are locked; an item is missing where its lock has no fence, or is not held. */
  fencesOf(itemIds: readonly string[]): Map<string, number> {
    const fences = new Map<string, number>();
    for (const itemId of itemIds) {
      const lock = this.held.get(itemId)?.lock;
      const fence = lock?.fences.get(lockName(itemId));
      if (fence !== undefined) fences.set(itemId, fence);
    }
    return fences;
  }

  /**
   * Takes what is free, in one attempt, and queues for the rest: `isAwaited` says which.
   * @param floors the fences that a stale claim taught
   * @returns false when the lock store is away: the row locks are there anyway
   */
  async take(
    itemIds: readonly string[],
    floors: ReadonlyMap<string, number>,
    waitMs: number,
  ): Promise<boolean> {
    const nowMs = performance.now();
    const missing: string[] = [];
    for (const itemId of itemIds) {
      const held = this.usable(itemId, floors.get(itemId) ?? 0);
      if (held) held.usedMs = nowMs;
      else if (!this.awaited.has(itemId)) missing.push(itemId);
    }
    return missing.length === 0 || this.acquire(missing, floors, waitMs);
  }

  /** Runs `work` under what was taken; then turns that are due end, so that others come to theirs. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.upkeep);
    this.upkeep = undefined;
    try {
      return await work();
    } finally {
      await this.endTurns();
    }
  }

  private async endTurns(): Promise<void> {
    const beforeMs = performance.now() - this.turnMs;
    const due = [...this.held].filter(([, { sinceMs }]) => sinceMs <= beforeMs);
    await Promise.all(
      due.map(([itemId, held]) =>
        held.usedMs <= beforeMs ? this.release(itemId) : this.endTurn(itemId, held),
      ),
    );
    this.keepUp();
  }

  private usable(itemId: string, floor: number): Held | undefined {
    const held = this.held.get(itemId);
    if (!held) return undefined;
    const { lock } = held;
    if (!lock.signal.aborted && (lock.fences.get(lockName(itemId)) ?? Infinity) >= floor) return held;
    void this.release(itemId); // goes out before the new attempt does
    return undefined;
  }

  private async acquire(
    itemIds: readonly string[],
    floors: ReadonlyMap<string, number>,
    waitMs: number,
  ): Promise<boolean> {
    const floor = new Map([...floors].map(([itemId, fence]) => [lockName(itemId), fence]));
    try {
      const options = { leaseMs: this.leaseMs, waitMs, floor };
      const { granted, pending } = await this.locks.tryAcquireSome(itemIds.map(lockName), options);
      for (const itemId of itemIds) {
        const lock = granted.get(lockName(itemId));
        const coming = pending.get(lockName(itemId));
        if (lock) this.hold(itemId, lock);
        else if (coming) void this.await(itemId, coming);
      }
      return true;
    } catch (error) {
      if (error instanceof LockUnavailableError) return false;
      throw error;
    }
  }

  private hold(itemId: string, lock: Lock): void {
    const nowMs = performance.now();
    this.held.set(itemId, { lock, sinceMs: nowMs, usedMs: nowMs });
  }

  private async await(itemId: string, coming: Promise<Lock>): Promise<void> {
    this.awaited.add(itemId);
    try {
      this.hold(itemId, await coming);
    } catch (error) {
      if (!isEndOfWait(error)) this.logger.error({ err: error, itemId }, 'waiting for a lock failed');
    } finally {
      this.awaited.delete(itemId);
      this.keepUp(); // whoever wanted it may be gone
      this.onChange();
    }
  }

  private async endTurn(itemId: string, held: Held): Promise<void> {
    if (!this.isFair) {
      this.rest(itemId);
      return this.release(itemId);
    }
    try {
      if (await held.lock.yieldIfContended()) this.held.delete(itemId);
      else held.sinceMs = performance.now();
    } catch {
      // Lost, which `usable` will see, or the store is away, and its signal tells how long it lasts.
      held.sinceMs = performance.now();
    }
  }

  private rest(itemId: string): void {
    this.awaited.add(itemId);
    setTimeout(() => {
      this.awaited.delete(itemId);
      this.onChange();
    }, REST_MS);
  }

  /** A release that fails costs the next holder a lease, and nobody an order. */
  private async release(itemId: string): Promise<void> {
    const held = this.held.get(itemId);
    this.held.delete(itemId);
    await held?.lock
      .release()
      .catch((error: unknown) =>
        this.logger.warn({ err: error, itemId }, 'a lock was not released; its lease will end'),
      );
  }

  /** Idle locks end their turns too. */
  private keepUp(): void {
    if (this.upkeep || this.held.size === 0) return;
    this.upkeep = setTimeout(() => {
      this.upkeep = undefined;
      void this.endTurns();
    }, this.turnMs).unref();
  }
}

/** The store is away, or the time is over: whoever still wants the item asks anew. */
function isEndOfWait(error: unknown): boolean {
  return [LockUnavailableError, LockWaitTimeoutError, LockContendedError, LockAbortedError].some(
    (type) => error instanceof type,
  );
}
