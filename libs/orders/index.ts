export { OrdersModule } from './orders.module.js';
export { decide } from './placement/decide.js';
export { OrderPlacement } from './placement/order-placement.js';
export { placeInTransaction, type TransactionOptions } from './placement/order-transaction.js';
export type { Outcome, PlacementRequest } from './placement/placement.js';
export { PurchaseLimitRaceError } from './placement/record.js';
export type { Attempt, ReservationStrategy } from './placement/reservation-strategy.js';
