import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StockLevel, StockMovement } from '#inventory';
import { Item } from './items/item.entity.js';
import { ItemsAdminController } from './items/items.admin.controller.js';
import { ItemsService } from './items/items.service.js';
import { StockAdjustmentsAdminController } from './items/stock-adjustments.admin.controller.js';
import { StockAdjustmentsService } from './items/stock-adjustments.service.js';
import { SaleItem } from './sales/sale-item.entity.js';
import { SaleReader } from './sales/sale-reader.js';
import { Sale } from './sales/sale.entity.js';
import { SalesAdminController } from './sales/sales.admin.controller.js';
import { SalesController } from './sales/sales.controller.js';
import { SalesService } from './sales/sales.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Item, Sale, SaleItem, StockLevel, StockMovement])],
  controllers: [SalesController, SalesAdminController, ItemsAdminController, StockAdjustmentsAdminController],
  providers: [SaleReader, SalesService, ItemsService, StockAdjustmentsService],
})
export class SalesModule {}
