import type { Random } from '../random.js';
import type { AttemptResult, Intention } from './order-attempts.js';

const LONGEST_RETRY_AFTER_MS = 5_000; // a buyer in a flash sale waits no longer, whatever the service asks for
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const JITTER = 0.25;

/** Orders that are to be sent again, by the time they are due. */
export class RetryQueue {
  private readonly waiting: Intention[] = []; // ascending by intendedMs
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  get size(): number {
    return this.waiting.length;
  }

  nextDueMs(): number | undefined {
    return this.waiting[0]?.intendedMs;
  }

  takeDue(nowMs: number): Intention | undefined {
    const dueMs = this.nextDueMs();
    return dueMs !== undefined && dueMs <= nowMs ? this.waiting.shift() : undefined;
  }

  /** Retry-After is honoured up to 5 s; without it the pause doubles from 0.1 s to 2 s. A quarter is jitter. */
  add(intention: Intention, { atMs, retryAfterSec }: Pick<AttemptResult, 'atMs' | 'retryAfterSec'>): void {
    const pauseMs =
      retryAfterSec === undefined
        ? Math.min(FIRST_PAUSE_MS * 2 ** intention.tries, LONGEST_PAUSE_MS)
        : Math.min(retryAfterSec * 1000, LONGEST_RETRY_AFTER_MS);
    const intendedMs = atMs + pauseMs * (1 + JITTER * this.random.fraction());
    this.insert({ ...intention, tries: intention.tries + 1, intendedMs });
  }

  /** @returns what was waiting */
  clear(): Intention[] {
    return this.waiting.splice(0);
  }

  private insert(intention: Intention): void {
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.waiting[middle]?.intendedMs ?? Infinity) <= intention.intendedMs) low = middle + 1;
      else high = middle;
    }
    this.waiting.splice(low, 0, intention);
  }
}
