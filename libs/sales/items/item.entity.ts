import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { ItemDetailsView } from './item-details.js';

/** PostgreSQL's bigint arrives as a string; our amounts stay far below 2^53. */
const bigintAsNumber = { from: Number, to: (value: number) => value };

@Entity({ name: 'item' })
export class Item implements ItemDetailsView {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text' })
  sku: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'image_url', type: 'text', nullable: true })
  imageUrl: string | null;

  @Column({ name: 'price_amount', type: 'bigint', transformer: bigintAsNumber })
  priceAmount: number;

  @Column({ type: 'text' })
  currency: string;

  @Column({ type: 'json' })
  metadata: Record<string, string>;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
