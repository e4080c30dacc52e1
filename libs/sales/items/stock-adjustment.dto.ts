import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { IsShape, IsText, type ProblemCode } from '#platform';
import { AdjustStock, IsSku, StockView } from './item.dto.js';

const MAX_ADJUSTMENTS = 1_000;

/** Why one adjustment among many is refused. */
const REFUSALS = [
  'not_found',
  'stock_below_reserved',
  'idempotency_key_reused',
  'validation_failed',
] as const satisfies ProblemCode[];

export class AdjustStockBySku extends AdjustStock {
  @IsSku()
  sku: string;

  @ApiProperty({
    example: 'delivery-4711/1',
    minLength: 1,
    maxLength: 255,
    description: 'It takes effect once',
  })
  @IsText(1, 255)
  reference: string;
}

export class AdjustStocks {
  @ApiProperty({ type: [AdjustStockBySku], minItems: 1, maxItems: MAX_ADJUSTMENTS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ADJUSTMENTS)
  @IsShape(() => AdjustStockBySku, { each: true })
  adjustments: AdjustStockBySku[];
}

export class AdjustmentResultView {
  @ApiProperty() sku: string;
  @ApiProperty() reference: string;
  @ApiProperty({ enum: ['applied', 'already_applied', 'refused'] }) status: string;
  @ApiPropertyOptional({ type: StockView, description: 'Behind it; unless it was refused' })
  stock?: StockView;
  @ApiPropertyOptional({ enum: REFUSALS, description: 'Why it was refused, as in a problem document' })
  code?: string;
  @ApiPropertyOptional() detail?: string;
}

export class AdjustmentResults {
  @ApiProperty({ type: [AdjustmentResultView] }) results: AdjustmentResultView[];
}

export class AdjustmentView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: ['receive', 'adjust'], description: 'receive: the stock it was created with' })
  kind: string;
  @ApiProperty({ type: 'integer' }) quantity: number;
  @ApiProperty({ type: String, nullable: true }) reason: string | null;
  @ApiProperty({ type: String, nullable: true }) reference: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}

export class AdjustmentPage {
  @ApiProperty({ type: [AdjustmentView] }) data: AdjustmentView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}
