import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Database } from '#platform';
import { OrdersAdminController } from './administration/orders.admin.controller.js';
import { OrdersAdministration } from './administration/orders-administration.js';
import { BuyersAdminController } from './erasure/buyers.admin.controller.js';
import { ReservationEnds } from './lifecycle/reservation-ends.js';
import { OrderReader } from './order-reader.js';
import { CustomerOrder, CustomerOrderLine, CustomerOrderPayment } from './order.entity.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { PLACEMENT_PROVIDERS } from './placement/placement.providers.js';
import { ReconciliationController } from './reconciliation/reconciliation.controller.js';
import { ReconciliationService } from './reconciliation/reconciliation.service.js';

/** Needs a LockManager, which the application provides. */
@Module({
  imports: [TypeOrmModule.forFeature([CustomerOrder, CustomerOrderLine, CustomerOrderPayment])],
  controllers: [OrdersController, OrdersAdminController, BuyersAdminController, ReconciliationController],
  providers: [
    OrdersService,
    OrderReader,
    OrdersAdministration,
    ReconciliationService,
    {
      provide: ReservationEnds,
      inject: [Database],
      useFactory: (database: Database) => new ReservationEnds(database),
    },
    ...PLACEMENT_PROVIDERS,
  ],
  exports: [OrdersAdministration],
})
export class OrdersModule {}
