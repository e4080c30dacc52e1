import type { Bell } from './bell.js';
import { LockContendedError } from './errors.js';
import type { WaitLimit } from './wait-limit.js';

/** Begins to watch a resource, and returns what ends it: LockProvider.watch. */
export type Watch = (resource: string, wake: () => void) => () => void;

/**
 * The waiters of this process, first come, first served. Whoever stands in front of a line contends for the resource
 * in the store, or holds it; everybody else costs the store nothing.
 */
export class LocalQueue {
  private readonly lines = new Map<string, Line>();
  private readonly watch: Watch;
  private readonly maxWaiting: number;

  constructor({ watch, maxWaiting }: { watch: Watch; maxWaiting: number }) {
    this.watch = watch;
    this.maxWaiting = maxWaiting;
  }

  /**
   * Resolves when the caller stands in front of the lines of all its resources. They are entered in order, one after
   * another, so that two callers never wait for each other.
   * @throws LockContendedError when a line is full, and whatever ends the limit
   */
  async enter(limit: WaitLimit): Promise<Place> {
    const place = new Place();
    try {
      for (const resource of limit.resources) {
        const line = this.line(resource);
        if (line.waitingCount >= this.maxWaiting) {
          throw new LockContendedError(
            limit.resources,
            `already has ${this.maxWaiting} waiters in this process`,
          );
        }
        await line.enter(limit);
        place.add(line);
      }
      return place;
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  private line(resource: string): Line {
    let line = this.lines.get(resource);
    if (!line) {
      line = new Line(resource, { watch: this.watch, onEmpty: () => this.lines.delete(resource) });
      this.lines.set(resource, line);
    }
    return line;
  }
}

/** In front of one line or several. */
export class Place {
  private readonly lines: Line[] = [];

  add(line: Line): void {
    this.lines.push(line);
  }

  /** From now on releases of watched resources ring the bell. */
  beginContention(bell: Bell): void {
    for (const line of this.lines) line.beginContention(bell);
  }

  watch(resource: string): void {
    this.lines.find((line) => line.resource === resource)?.keepWatch();
  }

  /** The lock is held, or given up: the bell is not needed any more. */
  endContention(): void {
    for (const line of this.lines) line.endContention();
  }

  /** Lets the next ones in front. */
  leave(): void {
    for (const line of this.lines.splice(0)) line.leave();
  }
}

class Line {
  readonly resource: string;
  private readonly watch: Watch;
  private readonly onEmpty: () => void;
  private readonly waiting = new Set<() => void>();
  private occupied = false;
  private bell: Bell | undefined;
  private endWatch: (() => void) | undefined;

  constructor(resource: string, { watch, onEmpty }: { watch: Watch; onEmpty: () => void }) {
    this.resource = resource;
    this.watch = watch;
    this.onEmpty = onEmpty;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  async enter(limit: WaitLimit): Promise<void> {
    if (!this.occupied) {
      this.occupied = true;
      return;
    }
    let admit: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => (admit = resolve));
    this.waiting.add(admit);
    try {
      await limit.race(turn);
    } catch (error) {
      if (!this.waiting.delete(admit)) this.leave(); // its turn came in the same moment
      this.endWatchUnlessNeeded();
      throw error;
    }
  }

  beginContention(bell: Bell): void {
    this.bell = bell;
  }

  /** A watch outlives its contender while others wait behind it, so that not every one of them subscribes anew. */
  keepWatch(): void {
    this.endWatch ??= this.watch(this.resource, () => this.bell?.ring());
  }

  endContention(): void {
    this.bell = undefined;
    this.endWatchUnlessNeeded();
  }

  leave(): void {
    const [next] = this.waiting;
    if (next) {
      this.waiting.delete(next);
      next();
      return;
    }
    this.occupied = false;
    this.endWatchUnlessNeeded();
    this.onEmpty();
  }

  private endWatchUnlessNeeded(): void {
    if (this.bell || this.waiting.size > 0) return;
    this.endWatch?.();
    this.endWatch = undefined;
  }
}
