export type OrderStatus =
  'pending_payment' | 'paid' | 'fulfilled' | 'expired' | 'cancelled' | 'refund_pending' | 'refunded';
export type StockState = 'reserved' | 'sold' | 'released' | 'returned';
export type PaymentState = 'pending' | 'succeeded' | 'declined' | 'refunded';
