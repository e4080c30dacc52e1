import { useState } from 'react';
import type { AdminOrderView } from '#client';
import { Button } from '../../design/Button.js';
import { Fulfilment } from './Fulfilment.js';
import type { OrderStatus } from './order-status.js';
import { Refund } from './Refund.js';

interface OrderMovesProps {
  readonly order: AdminOrderView;
  readonly onMoved: () => void;
}

const NEXT: Readonly<Record<OrderStatus, string>> = {
  pending_payment: 'It waits for its buyer to pay. Unpaid, it expires and its stock is free again.',
  paid: 'It can be fulfilled, or refunded. Fulfilled, it cannot be refunded any more.',
  fulfilled: 'The goods have left. It is finished.',
  expired: 'It was not paid in time. Its stock is free again.',
  cancelled: 'Its buyer cancelled it. Its stock is free again.',
  refund_pending: 'Its money is on the way back.',
  refunded: 'Its money has gone back. It is finished.',
};

/** What an administrator can do with an order, each after a question. */
export function OrderMoves({ order, onMoved }: OrderMovesProps) {
  const [asking, setAsking] = useState<'fulfilment' | 'refund'>();
  const close = () => {
    setAsking(undefined);
    onMoved(); // also when it was refused: the order is not what was shown
  };
  return (
    <section className="card stack" aria-labelledby="moves">
      <h2 id="moves">What can be done</h2>
      <p className="soft">{NEXT[order.status]}</p>
      {order.status === 'paid' && (
        <div className="actions">
          <Button onClick={() => setAsking('fulfilment')}>Fulfil …</Button>
          <Button look="danger" onClick={() => setAsking('refund')}>
            Refund …
          </Button>
        </div>
      )}
      {asking === 'fulfilment' && <Fulfilment order={order} onClose={close} />}
      {asking === 'refund' && <Refund order={order} onClose={close} />}
    </section>
  );
}
