export { OrdersAdministration } from './administration/orders-administration.js';
export { eraseBuyer } from './erasure/buyer-erasure.js';
export { recordCapture, type Captured } from './lifecycle/captures.js';
export { invalidState, lockOrder, type LockedOrder } from './lifecycle/locked-order.js';
export { beginRefund, recordRefund } from './lifecycle/refunds.js';
export { MAX_EXPIRED_AT_ONCE, ReservationEnds } from './lifecycle/reservation-ends.js';
export { PAYMENT_STATUSES, type PaymentStatus } from './order.js';
export { AdminOrderView } from './order.dto.js';
export { OrdersModule } from './orders.module.js';
export { OrderArchive } from './archive/order-archive.js';
export { unsoldOrders } from './retention/retention.js';
export { ReconciliationService } from './reconciliation/reconciliation.service.js';
export { decide } from './placement/decide.js';
export { Deadline, DeadlineError } from './placement/deadline.js';
export { Gate } from './placement/gate.js';
export { ItemLocks } from './placement/item-locks.js';
export { OrderPlacement, type PlacementLimits } from './placement/order-placement.js';
export { placeInTransaction, type TransactionOptions } from './placement/order-transaction.js';
export type { Outcome, PlacementRequest } from './placement/placement.js';
export { isPurchaseLimitRace } from './placement/record.js';
export {
  LaneLeftError,
  LaneTimeoutError,
  type Attempt,
  type ReservationStrategy,
} from './placement/reservation-strategy.js';
export { BatchedStrategy } from './placement/strategies/batched.strategy.js';
export { StockCounters } from './placement/strategies/redis-first/stock-counters.js';
export { Waiter } from './placement/waiter.js';
export { WarmUp } from './placement/warm-up.js';
