import { useCallback, useState } from 'react';
import { dataOf, type AdminOrderView } from '#client';
import { formatMoment } from '../../shared/clock.js';
import { formatMoney } from '../../shared/money.js';
import { Page } from '../Page.js';
import { Read } from '../Read.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { useRead } from '../use-read.js';
import { OrderLines } from './OrderLines.js';
import { OrderMoves } from './OrderMoves.js';
import { OrderStatusBadge } from './OrderStatusBadge.js';
import { Payments } from './Payments.js';
import { isMoving } from './order-status.js';

const MOVING_EVERY_MS = 1_500;

/** An order, what was paid, and what an administrator can do with it. It is looked at again while it moves. */
export function Order({ id }: { readonly id: string }) {
  const { client } = useSession();
  const [moving, setMoving] = useState(true);
  const order = useRead(
    useCallback(async () => {
      const read = await dataOf(client.GET('/v1/admin/orders/{id}', { params: { path: { id } } }));
      setMoving(isMoving(read.status));
      return read;
    }, [client, id]),
    moving ? MOVING_EVERY_MS : undefined,
  );
  return (
    <Page title="Order" about={<span className="mono">{id}</span>}>
      <Read of={order}>
        {(data) => (
          <>
            <div className="pair">
              <Facts order={data} />
              <OrderMoves order={data} onMoved={order.refresh} />
            </div>
            <OrderLines lines={data.lines} />
            <Payments payments={data.payments} />
          </>
        )}
      </Read>
    </Page>
  );
}

function Facts({ order }: { readonly order: AdminOrderView }) {
  const metadata = Object.entries(order.metadata);
  return (
    <section className="card stack" aria-labelledby="facts">
      <h2 id="facts">
        It is <OrderStatusBadge status={order.status} />
      </h2>
      <dl className="facts">
        <dt>Total</dt>
        <dd>{formatMoney(order.total)}</dd>
        <dt>Placed</dt>
        <dd>{formatMoment(order.createdAt)}</dd>
        <dt>Paid</dt>
        <dd>{order.paidAt === null ? 'no' : formatMoment(order.paidAt)}</dd>
        {order.status === 'pending_payment' && (
          <>
            <dt>Held until</dt>
            <dd>{formatMoment(order.expiresAt)}</dd>
          </>
        )}
        <dt>Buyer</dt>
        <dd>
          <a className="mono" href={hrefOf('orders', undefined, { buyerId: order.buyerId })}>
            {order.buyerId}
          </a>
        </dd>
        <dt>Sale</dt>
        <dd>
          <a className="mono" href={hrefOf('sales', order.saleId)}>
            {order.saleId}
          </a>
        </dd>
        {metadata.map(([name, value]) => (
          <Metadatum key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

function Metadatum({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt className="mono">{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
