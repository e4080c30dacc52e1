import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CONFIG, ForAdministrators, ProblemError, type Config } from '#platform';
import { DemoCrowdView, StartDemoCrowd } from './demo-crowd.dto.js';
import { DemoCrowd } from './demo-crowd.js';

/** A crowd at the push of a button, so that a visitor sees a sale sell out. Production has no such route. */
@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/demo-crowd')
export class DemoCrowdController {
  constructor(
    private readonly crowd: DemoCrowd,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiProblems('not_found', 'overloaded')
  @ApiAcceptedResponse({ type: DemoCrowdView, description: 'They are on their way' })
  async start(@Body() { saleId, buyers }: StartDemoCrowd): Promise<DemoCrowdView> {
    if (this.config.production)
      throw new ProblemError('not_found', 'There is no demonstration in production.');
    return this.crowd.start(saleId, buyers);
  }
}
