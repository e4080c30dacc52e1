import { LockContendedError } from './errors.js';
import type { WaitLimit } from './wait-limit.js';

/**
 * The waiters of this process, first come, first served. Whoever stands in front of a line contends for the resource in
 * the store, or holds it where the store has no queue; everybody else costs the store nothing.
 */
export class LocalQueue {
  private readonly lines = new Map<string, Line>();
  private readonly maxWaiting: number;

  constructor({ maxWaiting }: { maxWaiting: number }) {
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

  /** @returns undefined when somebody stands in front of one of their lines */
  tryEnter(resources: readonly string[]): Place | undefined {
    if (resources.some((resource) => this.lines.has(resource))) return undefined;
    const place = new Place();
    for (const resource of resources) {
      const line = this.line(resource);
      line.occupy();
      place.add(line);
    }
    return place;
  }

  /** Somebody stands in its line. */
  isEntered(resource: string): boolean {
    return this.lines.has(resource);
  }

  /** Calls that wait behind the one in front. */
  waitingFor(resource: string): number {
    return this.lines.get(resource)?.waitingCount ?? 0;
  }

  private line(resource: string): Line {
    let line = this.lines.get(resource);
    if (!line) {
      line = new Line(() => this.lines.delete(resource));
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

  /** Lets the next ones in front. */
  leave(): void {
    for (const line of this.lines.splice(0)) line.leave();
  }
}

class Line {
  private readonly onEmpty: () => void;
  private readonly waiting = new Set<() => void>();
  private occupied = false;

  constructor(onEmpty: () => void) {
    this.onEmpty = onEmpty;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  occupy(): void {
    this.occupied = true;
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
      throw error;
    }
  }

  leave(): void {
    const [next] = this.waiting;
    if (next) {
      this.waiting.delete(next);
      next();
      return;
    }
    this.occupied = false;
    this.onEmpty();
  }
}
