import { Logger } from '@nestjs/common';
import type { LockEventMap, LockEvents } from '../events.js';
import type { ChainSwitch } from '../fallback/degradation.js';

/** A store that goes away takes all locks with it: one line of a kind in so long says so, and how many more there were. */
const QUIET_MS = 1_000;

const LINES = {
  lost: 'a lock was lost while it was held',
  extendFailed: 'a lock was not renewed; it is tried again until the lease ends',
  releaseFailed: 'a lock was not released; it is tried again until the lease ends',
  refreshFailed: 'a shared value was not loaded anew; the old one is served while it may be',
  unshared: 'a shared value was loaded by this process for itself: the lock store is away',
} as const satisfies Partial<Record<keyof LockEventMap, string>>;

/** Writes a warning for what an operator may have to look at. What fails one caller, that caller hears. */
export class LockLog {
  private readonly logger = new Logger('Locks');
  /** Providers that do not take locks at the moment. */
  private readonly away = new Set<string>();
  private readonly recent = new Map<string, { until: number; more: number }>();

  listen(events: LockEvents): void {
    for (const event of Object.keys(LINES) as (keyof typeof LINES)[]) {
      events.on(event, ({ provider, resources, error }: LockEventMap[typeof event][0]) => {
        this.warn(LINES[event], { provider, resources: resources.slice(0, 5), err: error });
      });
    }
    events.on('unavailable', ({ provider, error }) => this.wentAway(provider, error));
    events.on('acquired', ({ provider }) => this.tookLock(provider));
  }

  /** Once an outage, with its cause: a wrong password or certificate looks like any other. */
  private wentAway(provider: string, error: unknown): void {
    if (this.away.has(provider)) return;
    this.away.add(provider);
    this.logger.warn({ provider, err: error }, 'the lock store is not available');
  }

  private tookLock(provider: string): void {
    if (this.away.delete(provider)) this.logger.log({ provider }, 'the lock store is available again');
  }

  /** Each one: there are few, and all of them matter. */
  switched({ from, to, reason }: ChainSwitch): void {
    this.logger.warn({ from, to, reason }, 'the chain of lock providers has changed its state');
  }

  private warn(line: string, fields: object): void {
    const now = performance.now();
    const recent = this.recent.get(line);
    if (recent && now < recent.until) {
      recent.more += 1;
      return;
    }
    this.recent.set(line, { until: now + QUIET_MS, more: 0 });
    this.logger.warn({ ...fields, ...(recent?.more ? { moreBefore: recent.more } : {}) }, line);
  }
}
