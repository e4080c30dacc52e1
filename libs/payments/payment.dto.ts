import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { PAYMENT_STATUSES, type PaymentStatus } from '#orders';
import { IsText } from '#platform';
import { SANDBOX_OUTCOMES, type SandboxOutcome } from './gateway/sandbox-gateway.js';
import { PAYMENT_PROVIDER } from './payment-provider.js';

export class CreatePayment {
  @ApiProperty({ enum: [PAYMENT_PROVIDER.method] })
  @IsIn([PAYMENT_PROVIDER.method])
  method: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: 500,
    description: "What the provider's form in the page gave for this payment; the sandbox wants none",
  })
  @IsOptional()
  @IsText(1, 500)
  token?: string | null;

  @ApiPropertyOptional({ enum: SANDBOX_OUTCOMES, nullable: true, description: 'What the sandbox is to do' })
  @IsOptional()
  @IsIn(SANDBOX_OUTCOMES)
  outcome?: SandboxOutcome | null;
}

export class RefundOrder {
  @ApiPropertyOptional({
    type: Boolean,
    nullable: true,
    default: false,
    description: 'Whether its units go back on the shelf, once the money is back',
  })
  @IsOptional()
  @IsBoolean()
  returnsStock?: boolean | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: 500,
    description: 'For whoever reads the record later',
  })
  @IsOptional()
  @IsText(1, 500)
  reason?: string | null;
}

export class PaymentReceipt {
  @ApiProperty({ format: 'uuid' }) paymentId: string;
  @ApiProperty({ enum: PAYMENT_STATUSES }) status: PaymentStatus;
}
