import { ApiProperty } from '@nestjs/swagger';

export class BuyerErasureView {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Whose the orders are from now on; null where there were none',
  })
  pseudonym: string | null;

  @ApiProperty({ type: 'integer', description: 'Orders that were given to it' })
  orders: number;
}
