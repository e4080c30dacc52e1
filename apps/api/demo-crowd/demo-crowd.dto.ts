import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsUUID, Max, Min } from 'class-validator';

/** Of one crowd, and of all that are under way in a process. */
export const MAX_BUYERS = 2_000;

export class StartDemoCrowd {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  saleId: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_BUYERS, example: 300 })
  @IsInt()
  @Min(1)
  @Max(MAX_BUYERS)
  buyers: number;
}

export class DemoCrowdView {
  @ApiProperty({ type: 'integer' }) buyers: number;
  @ApiProperty({ type: 'integer', description: 'Over so many seconds they arrive' }) seconds: number;
}
