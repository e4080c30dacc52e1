import { createHmac, timingSafeEqual } from 'node:crypto';
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import { Settlement, type PaymentFact } from '#payments';
import { CONFIG, ProblemError, Public, type Config, type RawBodyRequest } from '#platform';

interface AcmeEvent {
  readonly id: string;
  readonly event: string;
  readonly charge: string;
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason?: string;
}

/** What Acme tells, in its own words and under its own signature. */
@ApiExcludeController() // of use to Acme alone
@Public() // to whoever signs
@Controller('v1/webhooks/acme')
export class AcmeWebhookController {
  constructor(
    private readonly settlement: Settlement,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(200)
  async receive(@Req() { headers, rawBody = '' }: RawBodyRequest): Promise<void> {
    if (!this.isSigned(String(headers['acme-signature']), rawBody))
      throw new ProblemError('unauthenticated', 'Sign the body, in acme-signature.');
    const event = JSON.parse(rawBody) as AcmeEvent;
    const fact = factOf(event);
    if (!fact || !isUUID(event.charge) || !isUUID(event.reference)) return; // nothing to us
    const payment = { id: event.charge, orderId: event.reference };
    const settled = await this.settlement.record(payment, fact, { eventId: event.id, type: event.event });
    if (settled === 'not_found') throw new ProblemError('not_found', 'There is no such payment.'); // Acme tells it again
  }

  private isSigned(given: string, body: string): boolean {
    return this.config.paymentWebhookSecrets.some((secret) => {
      const right = createHmac('sha512', secret).update(body).digest();
      const bytes = Buffer.from(given, 'base64');
      return bytes.length === right.length && timingSafeEqual(bytes, right);
    });
  }
}

function factOf({ event, amount, currency, reason }: AcmeEvent): PaymentFact | undefined {
  switch (event) {
    case 'charge.captured':
      return { kind: 'captured', amount, currency };
    case 'charge.declined':
      return { kind: 'declined', failureCode: reason ?? 'declined' };
    case 'charge.refunded':
      return { kind: 'refunded' };
    default:
      return undefined;
  }
}
