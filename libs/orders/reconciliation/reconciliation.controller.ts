import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ForAdministrators, UuidParam } from '#platform';
import { Reconciliation } from './reconciliation.dto.js';
import { ReconciliationService } from './reconciliation.service.js';

@ApiTags('administration')
@ApiSecurity('administrator')
@ForAdministrators()
@Controller('v1/admin/sales/:saleId/reconciliation')
export class ReconciliationController {
  constructor(private readonly reconciliation: ReconciliationService) {}

  @Get()
  @ApiOkResponse({ type: Reconciliation })
  read(@Param('saleId', UuidParam) saleId: string): Promise<Reconciliation> {
    return this.reconciliation.reconcile(saleId);
  }
}
