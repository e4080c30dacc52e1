import { Badge } from '../../design/Badge.js';
import { ORDER_STATUSES, type OrderStatus } from './order-status.js';

export function OrderStatusBadge({ status }: { readonly status: OrderStatus }) {
  const { words, tone } = ORDER_STATUSES[status];
  return <Badge tone={tone}>{words}</Badge>;
}
