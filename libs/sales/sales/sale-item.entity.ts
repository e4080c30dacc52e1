import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a sale offers of an item. `held` is written with the stock, never through the entity. */
@Entity({ name: 'sale_item' })
export class SaleItem {
  @PrimaryColumn({ name: 'sale_id', type: 'uuid' })
  saleId: string;

  @PrimaryColumn({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ type: 'integer' })
  position: number;

  @Column({ name: 'price_amount', type: 'bigint', nullable: true })
  priceAmount: number | null;

  @Column({ name: 'purchase_limit', type: 'integer', nullable: true })
  purchaseLimit: number | null;

  @Column({ type: 'integer', nullable: true })
  allotment: number | null;
}
