import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { RedisClient } from '#lock/redis';
import { CONFIG } from '../config/config.token.js';
import type { Config } from '../config/config.js';
import { createRedis } from '../redis/connect.js';
import { ADDRESS_LIMITER, BUYER_LIMITER } from './rate-limit.guards.js';
import { RateLimiter } from './rate-limiter.js';
import type { RateLimit } from './rate-limit.js';

/** A request waits no longer for its count. */
const COMMAND_TIMEOUT_MS = 200;

/** Counts requests by buyer and by address. The application says where the guards stand. */
@Module({
  providers: [
    {
      provide: Redis,
      inject: [CONFIG],
      useFactory: (config: Config) => createRedis(config, { commandTimeoutMs: COMMAND_TIMEOUT_MS }),
    },
    {
      provide: BUYER_LIMITER,
      inject: [CONFIG, Redis],
      useFactory: ({ rateLimitBuyer }: Config, redis: RedisClient) =>
        limiterOf('buyer', rateLimitBuyer, redis),
    },
    {
      provide: ADDRESS_LIMITER,
      inject: [CONFIG, Redis],
      useFactory: ({ rateLimitIp }: Config, redis: RedisClient) => limiterOf('address', rateLimitIp, redis),
    },
  ],
  exports: [BUYER_LIMITER, ADDRESS_LIMITER],
})
export class RateLimitModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Redis) private readonly redis: RedisClient,
    @Inject(BUYER_LIMITER) private readonly buyers: RateLimiter | null,
    @Inject(ADDRESS_LIMITER) private readonly addresses: RateLimiter | null,
  ) {}

  /** The service starts without Redis too. */
  async onModuleInit(): Promise<void> {
    if (this.buyers ?? this.addresses) await this.redis.connect().catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}

function limiterOf(name: string, limit: RateLimit | null, redis: RedisClient): RateLimiter | null {
  return limit && new RateLimiter(name, limit, redis);
}
