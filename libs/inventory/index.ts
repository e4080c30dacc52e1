export { claimStock, StaleFenceError, type Claim, type ClaimedStock } from './claim.js';
export { releaseStock, returnStock, sellStock, type StockLine } from './order-stock.js';
export {
  recordReservations,
  reserveStock,
  reserveStockUnguarded,
  touchStock,
  type ReservationLine,
} from './reserve.js';
export { adjustStock, adjustStocks, createStock, setLowStockThreshold } from './stock-adjustments.js';
export { StockMovement } from './stock-movement.entity.js';
export { StockLevel } from './stock-level.entity.js';
export { LOW_STOCK_THRESHOLD, MAX_ON_HAND, stockOf, type Stock } from './stock.js';
export { StockTakenError, takeStock, type Taking } from './take.js';
