import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Matches, Max, Min } from 'class-validator';

/** So that 20 lines of 1,000 units stay far below 2^53. */
const MAX_PRICE_AMOUNT = 100_000_000_000;

/** Money in minor units: 129900 EUR are 1,299.00 €. */
export class Money {
  @ApiProperty({ description: 'In minor units', example: 129900, type: 'integer', minimum: 0 })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  amount: number;

  @ApiProperty({ description: 'ISO 4217', example: 'EUR', pattern: '^[A-Z]{3}$' })
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be three capital letters (ISO 4217)' })
  currency: string;
}

/** Of one unit. */
export class Price extends Money {
  @ApiProperty({
    description: 'In minor units',
    example: 129900,
    type: 'integer',
    minimum: 0,
    maximum: MAX_PRICE_AMOUNT,
  })
  @IsInt() // class-validator takes over no rule of a member that is declared anew
  @Min(0)
  @Max(MAX_PRICE_AMOUNT)
  declare amount: number;
}
