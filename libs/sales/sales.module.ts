import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StockLevel, StockMovement } from '#inventory';
import { Item } from './items/item.entity.js';
import { ItemsAdminController } from './items/items.admin.controller.js';
import { ItemsService } from './items/items.service.js';
import { StockAdjustmentsAdminController } from './items/stock-adjustments.admin.controller.js';
import { StockAdjustmentsService } from './items/stock-adjustments.service.js';
import { SaleItem } from './sales/sale-item.entity.js';
import { SalePages } from './sales/sale-pages.js';
import { SaleReader } from './sales/sale-reader.js';
import { Sale } from './sales/sale.entity.js';
import { SalesAdminController } from './sales/sales.admin.controller.js';
import { SalesController } from './sales/sales.controller.js';
import { SalesService } from './sales/sales.service.js';
import { SaleStreamController } from './sales/stream/sale-stream.controller.js';
import { SaleStreams } from './sales/stream/sale-streams.js';

@Module({
  imports: [TypeOrmModule.forFeature([Item, Sale, SaleItem, StockLevel, StockMovement])],
  controllers: [
    SalesController,
    SaleStreamController,
    SalesAdminController,
    ItemsAdminController,
    StockAdjustmentsAdminController,
  ],
  providers: [SalePages, SaleReader, SaleStreams, SalesService, ItemsService, StockAdjustmentsService],
})
export class SalesModule {}
