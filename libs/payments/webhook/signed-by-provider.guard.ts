import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  CONFIG,
  DatabaseClock,
  ProblemError,
  WebhookSignature,
  type Config,
  type RawBodyRequest,
} from '#platform';

/** Lets in what the payment provider has signed within the last minutes, before anything of it is looked at. */
@Injectable()
export class SignedByProvider implements CanActivate {
  private readonly signature: WebhookSignature;

  constructor(
    private readonly clock: DatabaseClock,
    @Inject(CONFIG) { paymentWebhookSecrets }: Config,
  ) {
    this.signature = new WebhookSignature(paymentWebhookSecrets);
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers, rawBody = '' } = context.switchToHttp().getRequest<RawBodyRequest>();
    const given = headers['x-webhook-signature'];
    const nowSec = this.clock.nowMs() / 1000;
    if (this.signature.verifies(typeof given === 'string' ? given : undefined, rawBody, nowSec)) return true;
    throw new ProblemError(
      'unauthenticated',
      'Send x-webhook-signature: t=<unix seconds>,v1=<hex HMAC-SHA256>.',
    );
  }
}
