import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsInt, IsOptional, Matches, Max, Min, NotEquals } from 'class-validator';
import { IsGivenOrAbsent, IsMetadata, IsShape, IsText, Money, Price } from '#platform';
import { LOW_STOCK_THRESHOLD, MAX_ON_HAND } from '#inventory';
import { ItemDetails, ItemDetailsView } from './item-details.js';

export function IsSku(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'PHONE-1', minLength: 1, maxLength: 64 }),
    Matches(/^[\x21-\x7e]{1,64}$/, { message: '$property must be 1 to 64 visible ASCII characters' }),
  );
}

export class CreateItem extends ItemDetails {
  @IsSku()
  sku: string;

  @ApiProperty({ type: Price })
  @IsShape(() => Price)
  price: Price;

  @ApiProperty({
    description: 'Units on hand',
    example: 100,
    type: 'integer',
    minimum: 0,
    maximum: MAX_ON_HAND,
  })
  @IsInt()
  @Min(0)
  @Max(MAX_ON_HAND)
  stock: number;

  @ApiPropertyOptional({
    ...{ type: 'integer', default: LOW_STOCK_THRESHOLD, minimum: 0, maximum: MAX_ON_HAND },
    description: 'The shop hears stock.low when no more than this is available',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_ON_HAND)
  lowStockThreshold?: number | null;

  @IsMetadata()
  metadata?: Record<string, string> | null;
}

/** A name may be left out, but not be null. */
export class UpdateItem extends PartialType(ItemDetails, { skipNullProperties: false }) {
  @ApiPropertyOptional({ type: Price, description: 'Never touches an order already made' })
  @IsGivenOrAbsent()
  @IsShape(() => Price)
  price?: Price;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: MAX_ON_HAND })
  @IsGivenOrAbsent()
  @IsInt()
  @Min(0)
  @Max(MAX_ON_HAND)
  lowStockThreshold?: number;

  @IsMetadata()
  metadata?: Record<string, string> | null;
}

export class AdjustStock {
  @ApiProperty({
    description: 'Units to add, or to take away when negative; not 0',
    example: 50,
    type: 'integer',
    minimum: -MAX_ON_HAND,
    maximum: MAX_ON_HAND,
  })
  @IsInt()
  @Min(-MAX_ON_HAND)
  @Max(MAX_ON_HAND)
  @NotEquals(0)
  quantity: number;

  @ApiProperty({ example: 'second delivery', minLength: 1, maxLength: 500 })
  @IsText(1, 500)
  reason: string;
}

export class StockView {
  @ApiProperty({ type: 'integer' }) onHand: number;
  @ApiProperty({ type: 'integer' }) reserved: number;
  @ApiProperty({ type: 'integer', description: 'onHand − reserved' }) available: number;
}

export class ItemView extends ItemDetailsView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() sku: string;
  @ApiProperty({ type: Money }) price: Money;
  @ApiProperty({ type: StockView }) stock: StockView;
  @ApiProperty({ type: 'integer' }) lowStockThreshold: number;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) metadata: Record<string, string>;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}

export class ItemPage {
  @ApiProperty({ type: [ItemView] }) data: ItemView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
