import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, ProblemError, Public } from '#platform';
import { PaymentEventBody, PaymentEventReceipt } from './payment-event.dto.js';
import { Settlement, type PaymentFact } from '../settlement.js';
import { SignedByProvider } from './signed-by-provider.guard.js';

/** What the payment provider tells. Each event takes effect once; one that changes nothing is answered the same. */
@ApiTags('payment provider')
@Public() // to whoever signs
@UseGuards(SignedByProvider)
@Controller('v1/webhooks/payments')
export class PaymentWebhookController {
  constructor(private readonly settlement: Settlement) {}

  @Post()
  @HttpCode(200)
  @ApiHeader({
    name: 'x-webhook-signature',
    required: true,
    description: 't=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">',
  })
  @ApiOkResponse({ type: PaymentEventReceipt, description: 'Heard' })
  @ApiProblems('unauthenticated', 'not_found', 'invalid_order_state')
  async receive(@Body() body: PaymentEventBody): Promise<PaymentEventReceipt> {
    const { eventId, type, paymentId, orderId } = body;
    const settled = await this.settlement.record({ id: paymentId, orderId }, factOf(body), { eventId, type });
    if (settled === 'not_found')
      throw new ProblemError('not_found', 'There is no such payment of this order.');
    return { received: true };
  }
}

function factOf({ type, amount, currency, failureCode }: PaymentEventBody): PaymentFact {
  switch (type) {
    case 'payment.succeeded':
      return {
        kind: 'captured',
        ...(typeof amount === 'number' ? { amount } : (amount ?? {})),
        ...(currency ? { currency } : {}),
      };
    case 'payment.failed':
      return { kind: 'declined', failureCode: failureCode ?? 'declined' };
    case 'payment.refunded':
      return { kind: 'refunded' };
  }
}
