import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Redis } from 'ioredis';
import type { RateLimit } from './rate-limit.js';

/** Where a client stands after a request. */
export interface Standing {
  readonly allowed: boolean;
  /** Requests that are left in the window. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetSec: number;
}

/**
 * Counts requests of clients across all replicas in Redis; while that is away each process counts for itself. A client over
 * its limit is turned away without asking Redis again until its window ends.
 */
export class RateLimiter {
  private readonly limiter: RateLimiterRedis;

  constructor(
    readonly name: string,
    readonly limit: RateLimit,
    redis: Redis,
  ) {
    const options = {
      keyPrefix: `holdfast:limit:${name}`,
      points: limit.requests,
      duration: limit.windowSec,
    };
    this.limiter = new RateLimiterRedis({
      ...options,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(options),
      inMemoryBlockOnConsumed: limit.requests + 1,
    });
  }

  async count(client: string): Promise<Standing> {
    try {
      return standing(await this.limiter.consume(client), true);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return standing(refusal, false);
    }
  }
}

function standing({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Standing {
  return {
    allowed,
    remaining: allowed ? remainingPoints : 0,
    resetSec: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  };
}
