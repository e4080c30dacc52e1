import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The ledger as it is read. It is append only, and written by the statements of this library alone. */
@Entity({ name: 'stock_movement' })
export class StockMovement {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'order_id', type: 'uuid', nullable: true })
  orderId: string | null;

  @Column({ type: 'text' })
  kind: 'receive' | 'reserve' | 'release' | 'sell' | 'adjust' | 'return';

  @Column({ name: 'on_hand_delta', type: 'integer' })
  onHandDelta: number;

  @Column({ type: 'text', nullable: true })
  reason: string | null;

  @Column({ type: 'text', nullable: true })
  reference: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
