export { availableInSale } from './sales/availability.js';
export { saleStatus, type SaleStatus, type SaleWindow } from './sales/sale-status.js';
export { SalesModule } from './sales.module.js';
