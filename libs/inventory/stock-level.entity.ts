import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How much of an item there is. Written by this library's functions alone, never through the entity. */
@Entity({ name: 'stock_level' })
export class StockLevel {
  @PrimaryColumn({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'on_hand', type: 'integer' })
  onHand: number;

  @Column({ type: 'integer' })
  reserved: number;

  @Column({ name: 'low_stock_threshold', type: 'integer' })
  lowStockThreshold: number;
}
