import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { LockManager, LockUnavailableError, type LockInfo } from '#lock';
import { ApiProblems, ForAdministrators, ProblemError } from '#platform';

/** A look for people: more would be no answer to read, and a long work for the store. */
const MAX_LOCKS = 1_000;

export class LockView {
  @ApiProperty({ example: 'inventory:item:018f…:deduct' }) resource: string;
  @ApiProperty({ description: 'The process that holds it' }) owner: string;
  @ApiProperty({ type: String, nullable: true, description: 'null where the provider has no fences' })
  fence: string | null;
  @ApiProperty({ format: 'date-time', description: "On the lock store's clock" }) acquiredAt: string;
  @ApiProperty({ format: 'date-time', description: 'Unless it is renewed' }) expiresAt: string;
  @ApiProperty({ type: 'integer', description: 'Who waits: processes elsewhere, calls in this one' })
  waiters: number;
}

export class LockList {
  @ApiProperty({ type: [LockView], maxItems: MAX_LOCKS }) locks: LockView[];
}

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/locks')
export class LocksAdminController {
  constructor(private readonly locks: LockManager) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: LockList })
  @ApiProblems('not_found')
  async list(): Promise<LockList> {
    const { name, abilities } = this.locks.provider;
    if (!abilities.has('inspection')) {
      throw new ProblemError('not_found', `The lock provider ${name} cannot list what is held.`);
    }
    return { locks: (await this.held()).map(present) };
  }

  private async held() {
    try {
      return await this.locks.list({ limit: MAX_LOCKS });
    } catch (error) {
      if (!(error instanceof LockUnavailableError)) throw error;
      throw new ProblemError('dependency_unavailable', 'The lock store is not available; try again.', {
        cause: error,
      });
    }
  }
}

function present({ resource, owner, fence, acquiredAtMs, expiresAtMs, waiters }: LockInfo): LockView {
  return {
    resource,
    owner,
    fence: fence === null ? null : String(fence),
    acquiredAt: new Date(acquiredAtMs).toISOString(),
    expiresAt: new Date(expiresAtMs).toISOString(),
    waiters,
  };
}
