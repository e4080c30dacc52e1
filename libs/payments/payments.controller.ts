import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ApiProblems, BuyerId, ForBuyers, UuidParam } from '#platform';
import { CreatePayment, PaymentReceipt } from './payment.dto.js';
import { PaymentsService } from './payments.service.js';

@ApiTags('storefront')
@ApiBearerAuth('buyer')
@ForBuyers()
@Controller('v1/orders/:id/payments')
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Post()
  @HttpCode(202)
  @ApiAcceptedResponse({ type: PaymentReceipt, description: 'Under way: the order tells what became of it' })
  @ApiProblems('invalid_order_state')
  open(
    @BuyerId() buyerId: string,
    @Param('id', UuidParam) id: string,
    @Body() body: CreatePayment,
  ): Promise<PaymentReceipt> {
    return this.payments.open(buyerId, id, body);
  }
}
