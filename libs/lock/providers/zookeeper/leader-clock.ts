import type { NodeStat } from './messages.js';

type Stamp = Pick<NodeStat, 'mzxid' | 'mtimeMs'>;

/** Of what was seen longest ago the time is forgotten: it counts anew from the next look. */
const MAX_SIGHTINGS = 10_000;
/** So long what was heard of a clock is good for telling an age by it: it may be set meanwhile. */
const KNOWN_FOR_MS = 10_000;

/**
 * Tells how old a node's data is at least. The leader stamps each write with its clock; the answer to a write of one's own
 * tells what that clock says, and the upper half of a transaction's number which leader it was. What an earlier leader has
 * stamped is as old as this process has known it.
 */
export class LeaderClock {
  private leader = -1n;
  private notedAt = -Infinity;
  /** What the leader's clock is ahead of this process's monotonic one, at least. */
  private aheadMs = 0;
  private asking: Promise<void> | undefined;
  private readonly sightings = new Map<string, { readonly mzxid: bigint; readonly at: number }>();
  private readonly write: (deadline: number) => Promise<void>;

  /** @param write writes something, and notes the answer here */
  constructor(write: (deadline: number) => Promise<void>) {
    this.write = write;
  }

  /** The answer to a write has just come. */
  note({ mzxid, mtimeMs }: Stamp): void {
    const leader = leaderOf(mzxid);
    if (leader < this.leader) return;
    this.leader = leader;
    this.notedAt = performance.now();
    this.aheadMs = mtimeMs - this.notedAt;
  }

  /** The next age is told by what the clock says then. */
  forget(): void {
    this.leader = -1n;
    this.notedAt = -Infinity;
  }

  async ageMs(path: string, { mzxid, mtimeMs }: Stamp, deadline: number): Promise<number> {
    const now = performance.now();
    const sighting = this.sight(path, mzxid, now);
    if (leaderOf(mzxid) > this.leader || now - this.notedAt > KNOWN_FOR_MS) await this.ask(deadline);
    if (leaderOf(mzxid) !== this.leader) return now - sighting;
    return Math.max(0, performance.now() + this.aheadMs - mtimeMs);
  }

  /** Once for all that wait for it. */
  private ask(deadline: number): Promise<void> {
    this.asking ??= this.write(deadline).finally(() => (this.asking = undefined));
    return this.asking;
  }

  private sight(path: string, mzxid: bigint, now: number): number {
    const seen = this.sightings.get(path);
    if (seen?.mzxid === mzxid) return seen.at;
    this.sightings.delete(path);
    this.sightings.set(path, { mzxid, at: now });
    const [oldest] = this.sightings.keys();
    if (this.sightings.size > MAX_SIGHTINGS && oldest !== undefined) this.sightings.delete(oldest);
    return now;
  }
}

function leaderOf(zxid: bigint): bigint {
  return zxid >> 32n;
}
