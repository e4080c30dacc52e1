import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrderStatus, PaymentStatus } from './order.js';

/** Orders as they are read. They are written by the placement's own statements alone. */
@Entity({ name: 'customer_order' })
export class CustomerOrder {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ name: 'sale_id', type: 'uuid' })
  saleId: string;

  @Column({ name: 'buyer_id', type: 'uuid' })
  buyerId: string;

  /** Its key is kept apart from those of recent orders. */
  @Column({ type: 'boolean' })
  archived: boolean;

  @Column({ type: 'text' })
  status: OrderStatus;

  @Column({ name: 'total_amount', type: 'bigint' })
  totalAmount: string;

  @Column({ type: 'text' })
  currency: string;

  @Column({ type: 'json' })
  metadata: Record<string, string>;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;

  @Column({ name: 'first_expires_at', type: 'timestamptz' })
  firstExpiresAt: Date;

  @Column({ name: 'paid_at', type: 'timestamptz', nullable: true })
  paidAt: Date | null;
}

/** The payments of orders as they are read. libs/payments writes them. */
@Entity({ name: 'payment' })
export class CustomerOrderPayment {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @Column({ type: 'text' })
  status: PaymentStatus;

  @Column({ name: 'failure_code', type: 'text', nullable: true })
  failureCode: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

@Entity({ name: 'order_line' })
export class CustomerOrderLine {
  @PrimaryColumn({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @PrimaryColumn({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ type: 'text' })
  sku: string;

  @Column({ type: 'integer' })
  quantity: number;

  @Column({ name: 'unit_price_amount', type: 'bigint' })
  unitPriceAmount: string;
}
