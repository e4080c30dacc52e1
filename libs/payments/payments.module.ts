import { Module } from '@nestjs/common';
import { OrdersModule } from '#orders';
import { Database, Metrics } from '#platform';
import { PAYMENT_PROVIDER } from './payment-provider.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsService } from './payments.service.js';
import { RefundRequests } from './refund-requests.js';
import { RefundsAdminController } from './refunds.admin.controller.js';
import { Settlement } from './settlement.js';

/** Payments over HTTP: buyers open them, the provider tells of them. What is due the worker does. */
@Module({
  imports: [OrdersModule],
  controllers: [PaymentsController, RefundsAdminController, PAYMENT_PROVIDER.webhooks],
  providers: [
    PaymentsService,
    RefundRequests,
    {
      provide: Settlement,
      inject: [Database, Metrics],
      useFactory: (database: Database, metrics: Metrics) => new Settlement(database, metrics),
    },
  ],
})
export class PaymentsModule {}
