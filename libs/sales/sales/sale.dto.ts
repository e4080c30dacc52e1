import { ApiProperty, ApiPropertyOptional, IntersectionType, OmitType, PickType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsUUID,
  Max,
  Min,
  ValidateBy,
} from 'class-validator';
import { applyDecorators } from '@nestjs/common';
import { MAX_ON_HAND } from '#inventory';
import { IsGivenOrAbsent, IsMetadata, IsShape, IsText, Money, Price, PageQuery } from '#platform';
import { ItemDetailsView } from '../items/item-details.js';
import { AVAILABILITIES, type Availability } from './availability.js';
import { SALE_STATUSES, type SaleStatus } from './sale-status.js';

const MAX_ITEMS = 1_000;
const MAX_TTL_SECONDS = 604_800;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** ISO 8601 with a zone, so that it means one moment. */
const IsTime = () =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
      defaultMessage: () => '$property must be an ISO 8601 time with a zone, such as 2026-12-01T12:00:00Z',
    },
  });
const IsUnits = (min: number) => applyDecorators(IsOptional(), Max(MAX_ON_HAND), Min(min), IsInt());

export class CreateSaleItem {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  itemId: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: MAX_ON_HAND,
    nullable: true,
    type: 'integer',
    description: 'Units a buyer may hold or buy in this sale',
  })
  @IsUnits(1)
  purchaseLimit?: number | null;

  @ApiPropertyOptional({
    type: Price,
    nullable: true,
    description: "The sale's price; without it the item's own",
  })
  @IsOptional()
  @IsShape(() => Price)
  price?: Price | null;

  @ApiPropertyOptional({
    minimum: 0,
    maximum: MAX_ON_HAND,
    nullable: true,
    type: 'integer',
    description: 'How much of the stock this sale may sell',
  })
  @IsUnits(0)
  allotment?: number | null;
}

export class CreateSale {
  @ApiProperty({ example: 'Noon sale', minLength: 1, maxLength: 200 })
  @IsText(1, 200)
  name: string;

  @ApiProperty({ format: 'date-time' })
  @IsTime()
  startsAt: string;

  @ApiProperty({ format: 'date-time' })
  @IsTime()
  endsAt: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: MAX_TTL_SECONDS,
    type: 'integer',
    description: 'How long an unpaid order holds its stock',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_TTL_SECONDS)
  reservationTtlSeconds?: number;

  @ApiProperty({ type: [CreateSaleItem], minItems: 1, maxItems: MAX_ITEMS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ITEMS)
  @IsShape(() => CreateSaleItem, { each: true })
  items: CreateSaleItem[];

  @IsMetadata()
  metadata?: Record<string, string> | null;
}

export class UpdateSale {
  @ApiPropertyOptional({ minLength: 1, maxLength: 200 })
  @IsGivenOrAbsent()
  @IsText(1, 200)
  name?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsGivenOrAbsent()
  @IsTime()
  startsAt?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsGivenOrAbsent()
  @IsTime()
  endsAt?: string;

  @ApiPropertyOptional()
  @IsGivenOrAbsent()
  @IsBoolean()
  paused?: boolean;

  @IsMetadata()
  metadata?: Record<string, string> | null;
}

export class SaleQuery extends PageQuery {
  @ApiPropertyOptional({ enum: SALE_STATUSES })
  @IsOptional()
  @IsIn(SALE_STATUSES)
  status?: SaleStatus;
}

export class SaleItemView extends ItemDetailsView {
  @ApiProperty({ format: 'uuid' }) itemId: string;
  @ApiProperty() sku: string;
  @ApiProperty({ type: Money }) price: Money;
  @ApiProperty({ type: 'integer' }) available: number;
  @ApiProperty({ enum: AVAILABILITIES }) availability: Availability;
  @ApiProperty({ type: 'integer', nullable: true }) purchaseLimit: number | null;
}

export class SaleView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: SALE_STATUSES }) status: SaleStatus;
  @ApiProperty({ format: 'date-time' }) startsAt: string;
  @ApiProperty({ format: 'date-time' }) endsAt: string;
  @ApiProperty({ format: 'date-time', description: "The server's clock: count down on this one" })
  serverTime: string;
  @ApiProperty({ type: [SaleItemView] }) items: SaleItemView[];
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) metadata: Record<string, string>;
}

class AdminSaleItemFields {
  @ApiProperty({ type: 'integer', nullable: true }) allotment: number | null;
  @ApiProperty({ type: 'integer', description: 'Units held or sold by orders of this sale' }) held: number;
}
export class AdminSaleItemView extends IntersectionType(SaleItemView, AdminSaleItemFields) {}

/** What an administrator sees beyond the storefront's view. */
export class AdminSaleView extends OmitType(SaleView, ['items'] as const) {
  @ApiProperty() paused: boolean;
  @ApiProperty({ type: 'integer' }) reservationTtlSeconds: number;
  @ApiProperty({ type: [AdminSaleItemView] }) items: AdminSaleItemView[];
}

/** What a stream of a sale tells as `sale`. */
export class SaleEvent extends PickType(SaleView, [
  'id',
  'status',
  'startsAt',
  'endsAt',
  'serverTime',
] as const) {}

/** What a stream of a sale tells as `stock`. */
export class StockEvent extends PickType(SaleItemView, ['itemId', 'available', 'availability'] as const) {}

export class SalePage {
  @ApiProperty({ type: [SaleView] }) data: SaleView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
