import { holderIn, type Look } from './look.js';

interface Hold {
  /** The locks as the claim has written them last. */
  readonly looks: readonly Look[];
  /** When ZooKeeper had confirmed it, on the monotonic clock: when its lease is over it is another's to take. */
  readonly confirmedAt: number;
}

/** A claim that is never released would be known for ever: the oldest are forgotten. */
const MAX_HOLDS = 10_000;

/** What the claims of this process hold, by their tokens: a memory that saves a look, and that may be lost. */
export class Holds {
  private readonly byToken = new Map<string, Hold>();

  /** @returns undefined where it is not, or no longer, known to hold these resources */
  get(token: string, resources?: readonly string[]): readonly Look[] | undefined {
    const { looks, confirmedAt = 0 } = this.byToken.get(token) ?? {};
    if (!looks || (resources && looks.length !== resources.length)) return undefined;
    const [first] = looks;
    const restMs = first && holderIn(first, token)?.restMs;
    return performance.now() < confirmedAt + (restMs ?? 0) ? looks : undefined;
  }

  /** They have just been written. */
  set(token: string, looks: readonly Look[]): void {
    this.byToken.delete(token);
    this.byToken.set(token, { looks, confirmedAt: performance.now() });
    const [oldest] = this.byToken.keys();
    if (this.byToken.size > MAX_HOLDS && oldest !== undefined) this.byToken.delete(oldest);
  }

  clear(): void {
    this.byToken.clear();
  }

  forget(token: string): void {
    this.byToken.delete(token);
  }
}
