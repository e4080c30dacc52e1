import { ApiProperty } from '@nestjs/swagger';

export class ReconciliationCheck {
  @ApiProperty({ example: 'no_oversell' }) name: string;
  @ApiProperty() ok: boolean;
  @ApiProperty({ description: 'What was compared, and for which items it does not agree' }) detail: string;
}

export class ReconciliationItem {
  @ApiProperty({ format: 'uuid' }) itemId: string;
  @ApiProperty({ type: 'integer' }) onHand: number;
  @ApiProperty({ type: 'integer' }) reserved: number;
  @ApiProperty({ type: 'integer' }) sold: number;
  @ApiProperty({ type: 'integer' }) available: number;
  @ApiProperty({ type: 'integer', description: 'Σ on_hand_delta of the movements' }) movementTotal: number;
  @ApiProperty({ type: 'integer', description: 'Units that orders hold, over all sales' })
  ordersReserved: number;
  @ApiProperty({ type: 'integer', description: 'Units that orders bought, over all sales' })
  ordersSold: number;
}

export class Reconciliation {
  @ApiProperty() balanced: boolean;
  @ApiProperty({ type: [ReconciliationCheck] }) checks: ReconciliationCheck[];
  @ApiProperty({ type: [ReconciliationItem] }) items: ReconciliationItem[];
}
