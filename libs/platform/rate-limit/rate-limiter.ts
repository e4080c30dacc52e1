import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { RedisClient } from '#lock/redis';
import type { RateLimit } from './rate-limit.js';
import { SharedCounts, type Count } from './shared-counts.js';

/** Where a client stands after a request. */
export interface Standing {
  readonly allowed: boolean;
  /** Requests that are left in the window. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetSec: number;
}

/** Counts requests of clients across all replicas in Redis; while that is away each process counts for itself. */
export class RateLimiter {
  private readonly shared: SharedCounts;
  private readonly own: RateLimiterMemory;

  constructor(
    readonly name: string,
    readonly limit: RateLimit,
    redis: RedisClient,
  ) {
    this.shared = new SharedCounts(redis, `{limit:${name}}:`, limit.windowSec * 1_000);
    this.own = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: limit.windowSec });
  }

  async count(client: string): Promise<Standing> {
    const { requests, leftMs } = await this.shared.count(client).catch(() => this.countHere(client));
    return {
      allowed: requests <= this.limit.requests,
      remaining: Math.max(0, this.limit.requests - requests),
      resetSec: Math.max(1, Math.ceil(leftMs / 1_000)),
    };
  }

  private async countHere(client: string): Promise<Count> {
    const { consumedPoints, msBeforeNext } = await this.own.consume(client);
    return { requests: consumedPoints, leftMs: msBeforeNext };
  }
}
