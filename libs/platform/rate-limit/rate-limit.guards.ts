import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { BuyerRequest } from '../auth/access.js';
import { isForApi } from '../http/for-api.js';
import { Metrics } from '../metrics/metrics.js';
import { ProblemError } from '../problem/problems.js';
import { clientOf } from './client-address.js';
import type { RateLimiter } from './rate-limiter.js';

export const BUYER_LIMITER = Symbol('the limiter of buyers, or null');
export const ADDRESS_LIMITER = Symbol('the limiter of addresses, or null');

/** Counts a client's request, tells it where it stands (draft-ietf-httpapi-ratelimit-headers), and turns away what is too much. */
abstract class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limiter: RateLimiter | null,
    private readonly metrics: Metrics,
  ) {}

  /** Who is counted; undefined for a request that is not. */
  protected abstract clientOf(request: BuyerRequest): string | undefined;

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (!this.limiter) return true;
    const http = context.switchToHttp();
    const client = this.clientOf(http.getRequest());
    return client === undefined || this.admit(this.limiter, client, http.getResponse());
  }

  private async admit(limiter: RateLimiter, client: string, reply: FastifyReply): Promise<true> {
    const { name, limit } = limiter;
    const { allowed, remaining, resetSec } = await limiter.count(client);
    append(reply, 'RateLimit-Policy', `"${name}";q=${limit.requests};w=${limit.windowSec}`);
    append(reply, 'RateLimit', `"${name}";r=${remaining};t=${resetSec}`);
    if (allowed) return true;
    this.metrics.rateLimited.inc({ limit: name });
    throw new ProblemError(
      'rate_limited',
      `No more than ${limit.requests} requests in ${limit.windowSec} s, please; wait for Retry-After.`,
      { retryAfterSec: resetSec },
    );
  }
}

/** Stands before anybody is asked who they are: guesses at tokens and keys count as well. */
@Injectable()
export class AddressRateLimitGuard extends RateLimitGuard {
  constructor(@Inject(ADDRESS_LIMITER) limiter: RateLimiter | null, metrics: Metrics) {
    super(limiter, metrics);
  }

  protected clientOf(request: BuyerRequest): string | undefined {
    const isCounted = isForApi(request) && !request.url.startsWith('/v1/webhooks/'); // a provider sends from one address
    return isCounted ? clientOf(request.ip) : undefined;
  }
}

/** Stands behind the AccessGuard, which knows the buyer. */
@Injectable()
export class BuyerRateLimitGuard extends RateLimitGuard {
  constructor(@Inject(BUYER_LIMITER) limiter: RateLimiter | null, metrics: Metrics) {
    super(limiter, metrics);
  }

  protected clientOf({ buyer }: BuyerRequest): string | undefined {
    return buyer?.buyerId;
  }
}

function append(reply: FastifyReply, name: string, value: string): void {
  const before = reply.getHeader(name);
  void reply.header(name, before === undefined ? value : `${String(before)}, ${value}`);
}
