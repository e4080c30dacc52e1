import { ApiProperty } from '@nestjs/swagger';

export class DeadLetterView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'order.paid' }) type: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) orderId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) itemId: string | null;
  @ApiProperty({ format: 'date-time' }) occurredAt: string;
  @ApiProperty({ type: 'integer', description: 'How often it was sent' }) attempts: number;
  @ApiProperty({ type: String, nullable: true, description: 'What went wrong the last time' })
  lastError: string | null;
}

export class DeadLetterPage {
  @ApiProperty({ type: [DeadLetterView] }) data: DeadLetterView[];
  @ApiProperty({ type: String, nullable: true }) nextCursor: string | null;
}

export class Replayed {
  @ApiProperty({ type: 'integer', description: 'Events that will be sent again' }) replayed: number;
}
