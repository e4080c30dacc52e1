import { Logger } from '@nestjs/common';
import { ROOT_CONTEXT, type Context, type SpanOptions } from '@opentelemetry/api';
import {
  LockAbortedError,
  LockContendedError,
  LockUnavailableError,
  LockWaitTimeoutError,
  type Lock,
  type LockManager,
} from '#lock';
import { currentSpan, inSpan } from '#platform';

/**
 * After so long it is asked who else waits for an item, and one that was not used meanwhile is given up, wanted or not.
 * A store that tells when somebody begins to wait is asked once, and an idle item is kept for a lease: nobody waits in vain.
 */
const TURN_MS = 100;
/** Where the store has no queue nobody can say whether others wait: longer turns, and a rest in which one who asks finds it free. */
const BLIND_TURN_MS = 500;
const REST_MS = 75; // a quorum's waiters ask every 70 ms or sooner

/** The most that the lock library takes in one call. */
export const MAX_ASKED = 1_000;

export function lockName(itemId: string): string {
  return `inventory:item:${itemId}:deduct`;
}

/** A trace shows that many fences of one acquisition. */
const MAX_SHOWN = 20;

interface Held {
  readonly itemId: string;
  readonly lock: Lock;
  /** Undefined where the store has none. */
  readonly fence: number | undefined;
  /** When it is to be asked who else waits. On the monotonic clock. */
  askAtMs: number;
  wantedMs: number;
  /** Batches under way that rely on it. */
  users: number;
  /** Somebody else waits for it. */
  isOver: boolean;
}

/**
 * The item locks of this process, kept from one batch to the next: a hot item costs next to no command while no other
 * process wants it, and goes to the other one within 250 ms.
 */
export class ItemLocks {
  private readonly logger = new Logger(ItemLocks.name);
  private readonly locks: LockManager;
  private readonly options: { readonly leaseMs: number; readonly waitMs: number };
  private readonly isFair: boolean;
  private readonly isTold: boolean;
  private readonly turnMs: number;
  private readonly idleMs: number;
  private readonly onChange: () => void;
  private readonly held = new Map<string, Held>();
  /** Asked for; most of them stand in the store's queue. */
  private readonly awaited = new Set<string>();
  /** Their store is away: the row lock is there anyway. For one batch, then it is asked again. */
  private readonly unguarded = new Set<string>();
  private running = 0;
  private upkeep: NodeJS.Timeout | undefined;

  /** @param onChange hears that an item may have become ready */
  constructor(
    locks: LockManager,
    { onChange, ...options }: { leaseMs: number; waitMs: number; onChange: () => void },
  ) {
    this.locks = locks;
    this.options = options;
    this.onChange = onChange;
    const { abilities } = locks.provider;
    this.isFair = abilities.has('fair');
    this.isTold = abilities.has('contentionEvents');
    this.turnMs = this.isFair ? TURN_MS : BLIND_TURN_MS;
    this.idleMs = this.isTold ? options.leaseMs : this.turnMs;
  }

  /**
   * Keeps what is held of these items, and asks for the rest in one attempt: what is free comes at once, for what another
   * process has this one queues.
   * @param itemIds at most MAX_ASKED of them
   * @param floors the fences that stale claims have taught
   * @param traces of those who want an item
   */
  want(
    itemIds: Iterable<string>,
    floors: ReadonlyMap<string, number>,
    traces?: ReadonlyMap<string, Context>,
  ): void {
    const nowMs = performance.now();
    const missing: string[] = [];
    for (const itemId of itemIds) {
      const held = this.usable(itemId, floors.get(itemId) ?? 0);
      if (held) held.wantedMs = nowMs;
      else if (!this.awaited.has(itemId) && !this.unguarded.has(itemId)) missing.push(itemId);
    }
    if (missing.length === 0) return;
    const traced = missing.find((itemId) => traces?.has(itemId)); // one acquisition for all of them: it is the first one's
    void this.acquire(missing, floors, traces?.get(traced ?? '') ?? ROOT_CONTEXT);
  }

  /** What is held of the items of these lines is still wanted, by those who wait for another one as well. */
  keep(lines: Iterable<{ readonly itemId: string }>): void {
    const nowMs = performance.now();
    for (const { itemId } of lines) {
      const held = this.held.get(itemId);
      if (held) held.wantedMs = nowMs;
    }
  }

  /** Whether the item was asked for and has not come yet: another process works on it. */
  isAwaited(itemId: string): boolean {
    return this.awaited.has(itemId);
  }

  isHeld(itemId: string): boolean {
    return this.held.has(itemId);
  }

  /** Whether a batch may have the item now: it is held, or the lock store is away. */
  isReady(itemId: string): boolean {
    return this.held.has(itemId) || this.unguarded.has(itemId);
  }

  /**
   * Runs `work` under the locks of these items. Meanwhile the store is asked who else waits, so that turns end with the
   * work and cost it no time.
   * @param work is given the grant of each item; one is missing where its lock has no fence, or is not held
   */
  async during<T>(
    itemIds: readonly string[],
    work: (fences: ReadonlyMap<string, number>) => Promise<T>,
  ): Promise<T> {
    clearTimeout(this.upkeep);
    this.upkeep = undefined;
    const used = itemIds.flatMap((itemId) => this.held.get(itemId) ?? []);
    for (const held of used) held.users += 1;
    for (const itemId of itemIds) this.unguarded.delete(itemId);
    this.running += 1;
    this.judgeTurns();
    try {
      return await work(fencesOf(used));
    } finally {
      for (const held of used) held.users -= 1;
      this.running -= 1;
      this.endTurns();
      this.keepUp();
    }
  }

  private usable(itemId: string, floor: number): Held | undefined {
    const held = this.held.get(itemId);
    if (!held) return undefined;
    if (held.lock.isHeld() && (held.fence ?? Infinity) >= floor) return held;
    this.release(itemId); // goes out before the new attempt does
    return undefined;
  }

  private async acquire(
    itemIds: readonly string[],
    floors: ReadonlyMap<string, number>,
    trace: Context,
  ): Promise<void> {
    for (const itemId of itemIds) this.awaited.add(itemId);
    const floor = new Map([...floors].map(([itemId, fence]) => [lockName(itemId), fence]));
    try {
      const ask = async () => {
        const answer = await this.locks.tryAcquireSome(itemIds.map(lockName), { ...this.options, floor });
        tellFences([...answer.granted.values()].flatMap(({ fences }) => [...fences.values()]));
        return answer;
      };
      const { granted, pending } = await inSpan('acquire locks', spanOf(itemIds), ask, trace);
      for (const itemId of itemIds) {
        const lock = granted.get(lockName(itemId));
        const coming = pending.get(lockName(itemId));
        if (lock) this.hold(itemId, lock, this.turnMs);
        else if (coming) void this.await(itemId, coming, trace);
        else this.awaited.delete(itemId);
      }
    } catch (error) {
      this.goOnWithout(itemIds, error);
    }
    this.onChange();
  }

  private async await(itemId: string, coming: Promise<Lock>, trace: Context): Promise<void> {
    const wait = async () => {
      const lock = await coming;
      tellFences(lock.fences.values());
      return lock;
    };
    try {
      const lock = await inSpan('wait for lock', spanOf([itemId]), wait, trace);
      // It came from another process, and somebody may be next already: that is asked at once, where it can be.
      this.hold(itemId, lock, this.isFair ? 0 : this.turnMs);
    } catch (error) {
      this.goOnWithout([itemId], error);
    }
    this.onChange();
  }

  private hold(itemId: string, lock: Lock, turnMs: number): void {
    const nowMs = performance.now();
    this.awaited.delete(itemId);
    const fence = lock.fences.get(lockName(itemId));
    const held = { itemId, lock, fence, askAtMs: nowMs + turnMs, wantedMs: nowMs, users: 0, isOver: false };
    this.held.set(itemId, held);
    if (this.isTold) lock.onContended(() => this.endSoon(held));
    this.keepUp(); // whoever wanted it may be gone
  }

  private goOnWithout(itemIds: readonly string[], error: unknown): void {
    const isOver = isEndOfWait(error);
    if (!isOver && !(error instanceof LockUnavailableError))
      this.logger.error({ err: error, items: itemIds.length }, 'locks were not acquired');
    for (const itemId of itemIds) {
      this.awaited.delete(itemId);
      if (!isOver) this.unguarded.add(itemId);
    }
  }

  /** Asks of those whose turn has lasted who else waits; an answer that comes late ends the next turn. */
  private judgeTurns(): void {
    const nowMs = performance.now();
    for (const held of this.held.values()) {
      if (held.askAtMs > nowMs || this.isIdle(held, nowMs)) continue;
      held.askAtMs = this.isTold ? Infinity : nowMs + this.turnLengthMs();
      if (this.isFair) void this.ask(held);
      else held.isOver = true;
    }
  }

  private async ask(held: Held): Promise<void> {
    try {
      if (await held.lock.isContended()) held.isOver = true;
    } catch {
      // Lost, which `usable` will see, or the store is away, and the lock tells how long it lasts.
    }
  }

  /** Somebody else waits for it: the turn ends with the batch under way, or when nobody has come for it for a while. */
  private endSoon(held: Held): void {
    held.isOver = true;
    if (held.users > 0 || held.wantedMs > performance.now() - this.turnMs) this.keepUp();
    else if (this.held.get(held.itemId) === held) this.endTurn(held.itemId);
  }

  private endTurns(): void {
    const before = this.held.size;
    const nowMs = performance.now();
    for (const [itemId, held] of this.held) {
      if (held.isOver) this.endTurn(itemId);
      else if (this.isIdle(held, nowMs)) this.release(itemId);
    }
    if (this.held.size < before) this.onChange(); // whoever wants one of them asks for it anew
  }

  private isIdle({ wantedMs }: Held, nowMs: number): boolean {
    return wantedMs <= nowMs - this.idleMs;
  }

  /** Not all of the same length: two processes that each wait for what the other has must not swap it for ever. */
  private turnLengthMs(): number {
    return this.turnMs * (0.75 + Math.random() / 2);
  }

  private endTurn(itemId: string): void {
    this.release(itemId);
    if (this.isFair) return;
    this.awaited.add(itemId);
    setTimeout(() => {
      this.awaited.delete(itemId);
      this.onChange();
    }, REST_MS);
  }

  /** One that fails costs the next holder a lease, and nobody an order. */
  private release(itemId: string): void {
    const held = this.held.get(itemId);
    this.held.delete(itemId);
    held?.lock
      .release()
      .catch((error: unknown) =>
        this.logger.warn({ err: error, itemId }, 'a lock was not released; its lease will end'),
      );
  }

  /** Idle locks end their turns too, unless those who wait in the lane say that they want them. */
  private keepUp(): void {
    if (this.upkeep || this.held.size === 0) return;
    this.upkeep = setTimeout(() => {
      this.upkeep = undefined;
      if (this.running > 0) return;
      this.onChange();
      setImmediate(() => void this.during([], () => Promise.resolve()));
    }, this.turnLengthMs()).unref();
  }
}

function fencesOf(used: readonly Held[]): ReadonlyMap<string, number> {
  const fences = new Map<string, number>();
  for (const { itemId, fence } of used) {
    if (fence !== undefined) fences.set(itemId, fence);
  }
  return fences;
}

function spanOf(itemIds: readonly string[]): SpanOptions {
  return { attributes: { 'holdfast.lock.class': 'inventory:item:deduct', 'holdfast.items': itemIds.length } };
}

/** Lets the span under way say under which grants it works, or what was granted to it. */
export function tellFences(fences: Iterable<number>): void {
  currentSpan()?.setAttribute('holdfast.lock.fences', [...fences].slice(0, MAX_SHOWN));
}

/** The time is over: whoever still wants the item asks anew. */
function isEndOfWait(error: unknown): boolean {
  return [LockWaitTimeoutError, LockContendedError, LockAbortedError].some((type) => error instanceof type);
}
