import { Controller, Inject, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { ApiProblems, BuyerTokens, CONFIG, ProblemError, Public, type Config } from '#platform';

export class Guest {
  @ApiProperty({ format: 'uuid' }) buyerId: string;
  @ApiProperty({ description: 'For Authorization: Bearer' }) token: string;
  @ApiProperty({ format: 'date-time' }) expiresAt: string;
}

/** Demo buyers. A shop hands out the tokens of its own sign-in instead, and sets GUEST_BUYERS=false. */
@ApiTags('storefront')
@Public()
@Controller('v1/auth/guest')
export class GuestsController {
  constructor(
    private readonly tokens: BuyerTokens,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @ApiCreatedResponse({ type: Guest })
  @ApiProblems('not_found')
  create(): Guest {
    if (!this.config.guestBuyers) throw new ProblemError('not_found', 'This shop has no guest buyers.');
    const buyerId = uuidv4();
    const { token, expiresAt } = this.tokens.issue(buyerId);
    return { buyerId, token, expiresAt: expiresAt.toISOString() };
  }
}
