import { CreateSchema1763600000000 } from './1763600000000-create-schema.js';
import { LightenOrders1763700000000 } from './1763700000000-lighten-orders.js';
import { ArchiveOrders1764300000000 } from './1764300000000-archive-orders.js';
import { EndReservations1764400000000 } from './1764400000000-end-reservations.js';
import { AdjustmentReferences1764600000000 } from './1764600000000-adjustment-references.js';
import { Payments1764500000000 } from './1764500000000-payments.js';
import { Outbox1764700000000 } from './1764700000000-outbox.js';
import { TraceOrders1764810000000 } from './1764810000000-trace-orders.js';
import { Retention1764820000000 } from './1764820000000-retention.js';
import { PaymentToken1764830000000 } from './1764830000000-payment-token.js';
import { LimitedPurchases1764840000000 } from './1764840000000-limited-purchases.js';

/** In the order in which they are applied. */
export const MIGRATIONS = [
  CreateSchema1763600000000,
  LightenOrders1763700000000,
  ArchiveOrders1764300000000,
  EndReservations1764400000000,
  Payments1764500000000,
  AdjustmentReferences1764600000000,
  Outbox1764700000000,
  TraceOrders1764810000000,
  Retention1764820000000,
  PaymentToken1764830000000,
  LimitedPurchases1764840000000,
];
