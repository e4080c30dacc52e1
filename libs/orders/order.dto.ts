import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsUUID,
  Max,
  Min,
} from 'class-validator';
import { IsMetadata, IsShape, Money, PageQuery } from '#platform';
import {
  ORDER_STATUSES,
  PAYMENT_STATUSES,
  type Order,
  type OrderStatus,
  type PaymentStatus,
} from './order.js';

const MAX_LINES = 20;
const MAX_QUANTITY = 1_000;

export class CreateOrderLine {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  itemId: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_QUANTITY })
  @IsInt()
  @Min(1)
  @Max(MAX_QUANTITY)
  quantity: number;
}

export class CreateOrder {
  /** What nearly every order is made of: a sale, lines, nothing else. */
  static recognises(body: unknown): body is CreateOrder {
    if (!hasExactly(body, 'saleId', 'lines')) return false;
    const { saleId, lines } = body;
    const isList = Array.isArray(lines) && lines.length >= 1 && lines.length <= MAX_LINES;
    return isUuidText(saleId) && isList && lines.every(isLine);
  }

  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  saleId: string;

  @ApiProperty({ type: [CreateOrderLine], minItems: 1, maxItems: MAX_LINES })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_LINES)
  @IsShape(() => CreateOrderLine, { each: true })
  lines: CreateOrderLine[];

  @ApiPropertyOptional({
    type: Money,
    nullable: true,
    description: 'What the buyer was shown; a difference is 409 price_changed',
  })
  @IsOptional()
  @IsShape(() => Money)
  expectedTotal?: Money | null;

  @IsMetadata()
  metadata?: Record<string, string> | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

function isLine(value: unknown): boolean {
  if (!hasExactly(value, 'itemId', 'quantity')) return false;
  const { itemId, quantity } = value;
  return isUuidText(itemId) && Number.isInteger(quantity) && isWithin(quantity as number, 1, MAX_QUANTITY);
}

function isUuidText(value: unknown): boolean {
  return typeof value === 'string' && UUID.test(value);
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function hasExactly<const Names extends string[]>(
  value: unknown,
  ...names: Names
): value is Record<Names[number], unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === names.length && names.every((name) => Object.hasOwn(value, name));
}

export class OrderLineView {
  @ApiProperty({ format: 'uuid' }) itemId: string;
  @ApiProperty() sku: string;
  @ApiProperty({ type: 'integer' }) quantity: number;
  @ApiProperty({ type: Money }) unitPrice: Money;
}

export class PaymentView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: PAYMENT_STATUSES }) status: PaymentStatus;
  @ApiProperty({ type: String, nullable: true }) failureCode: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
}

export class OrderView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) saleId: string;
  @ApiProperty({ enum: ORDER_STATUSES }) status: OrderStatus;
  @ApiProperty({ type: [OrderLineView] }) lines: OrderLineView[];
  @ApiProperty({ type: Money }) total: Money;
  @ApiProperty({ format: 'date-time', description: 'Until then the stock is held' }) expiresAt: string;
  @ApiProperty({ format: 'date-time' }) createdAt: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) paidAt: string | null;
  @ApiProperty({ type: [PaymentView] }) payments: PaymentView[];
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) metadata: Record<string, string>;
}

export class OrderPage {
  @ApiProperty({ type: [OrderView] }) data: OrderView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

/** An order as administrators see it. */
export class AdminOrderView extends OrderView {
  @ApiProperty({ format: 'uuid' }) buyerId: string;
}

export class AdminOrderPage {
  @ApiProperty({ type: [AdminOrderView] }) data: AdminOrderView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

/** Which orders an administrator asks for. */
export class OrderQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  saleId?: string;

  @ApiPropertyOptional({ enum: ORDER_STATUSES })
  @IsOptional()
  @IsIn(ORDER_STATUSES)
  status?: OrderStatus;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  buyerId?: string;
}

export function presentToAdministrator(order: Order): AdminOrderView {
  return Object.assign(presentOrder(order), { buyerId: order.buyerId });
}

export function presentOrder(order: Order): OrderView {
  const { currency } = order;
  return {
    id: order.id,
    saleId: order.saleId,
    status: order.status,
    lines: order.lines.map(({ itemId, sku, quantity, unitPriceAmount }) => ({
      itemId,
      sku,
      quantity,
      unitPrice: { amount: unitPriceAmount, currency },
    })),
    total: { amount: order.totalAmount, currency },
    expiresAt: order.expiresAt.toISOString(),
    createdAt: order.createdAt.toISOString(),
    paidAt: order.paidAt?.toISOString() ?? null,
    payments: order.payments.map(({ createdAt, ...payment }) => ({
      ...payment,
      createdAt: createdAt.toISOString(),
    })),
    metadata: order.metadata,
  };
}
