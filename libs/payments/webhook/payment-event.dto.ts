import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID, ValidateBy } from 'class-validator';
import { IsText, Money } from '#platform';

export const PAYMENT_EVENT_TYPES = ['payment.succeeded', 'payment.failed', 'payment.refunded'] as const;

/** Providers tell it as a number beside a currency, or as our own form of money. */
function IsCapturedAmount(): PropertyDecorator {
  const isUnits = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const isCurrency = (value: unknown) => typeof value === 'string' && /^[A-Z]{3}$/.test(value);
  return ValidateBy({
    name: 'isCapturedAmount',
    validator: {
      validate: (value: unknown) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return isUnits(value);
        const { amount, currency, ...rest } = value as Record<string, unknown>;
        return isUnits(amount) && isCurrency(currency) && Object.keys(rest).length === 0;
      },
      defaultMessage: () => '$property must be minor units, or { amount, currency }',
    },
  });
}

@ApiExtraModels(Money)
export class PaymentEventBody {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsText(1, 255)
  eventId: string;

  @ApiProperty({ enum: PAYMENT_EVENT_TYPES })
  @IsIn(PAYMENT_EVENT_TYPES)
  type: (typeof PAYMENT_EVENT_TYPES)[number];

  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  paymentId: string;

  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  orderId: string;

  @ApiPropertyOptional({
    description: 'What was captured, in minor units; without it, what the payment asked for',
    nullable: true,
    oneOf: [{ type: 'integer', minimum: 0 }, { $ref: getSchemaPath(Money) }],
  })
  @IsOptional()
  @IsCapturedAmount()
  amount?: number | { amount: number; currency: string } | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 3,
    maxLength: 3,
    description: 'With an amount that is a number',
  })
  @IsOptional()
  @IsText(3, 3)
  currency?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: 255,
    description: 'Why a payment failed',
  })
  @IsOptional()
  @IsText(1, 255)
  failureCode?: string | null;
}

export class PaymentEventReceipt {
  @ApiProperty({ type: Boolean }) received: true;
}
