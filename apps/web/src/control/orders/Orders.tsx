import { useCallback } from 'react';
import { dataOf, type AdminOrderView } from '#client';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoment } from '../../shared/clock.js';
import { formatMoney } from '../../shared/money.js';
import { Listing } from '../Listing.js';
import { Page } from '../Page.js';
import { fieldErrors, problemText } from '../problem-text.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { shortId } from '../short-id.js';
import { usePages } from '../use-pages.js';
import { ORDER_STATUSES, type OrderStatus } from './order-status.js';
import { OrderFilter } from './OrderFilter.js';
import { OrderStatusBadge } from './OrderStatusBadge.js';

/** Orders, newest first, of a sale, in a state or of a buyer: the address says which. */
export function Orders({ query }: { readonly query: URLSearchParams }) {
  const { client } = useSession();
  const question = query.toString();
  const pages = usePages(
    useCallback(
      (page: { cursor?: string }) => {
        const asked = { ...readFilter(new URLSearchParams(question)), ...page };
        return dataOf(client.GET('/v1/admin/orders', { params: { query: asked } }));
      },
      [client, question],
    ),
  );
  return (
    <Page
      title="Orders"
      about="Find an order by its sale, its state or its buyer, and see what became of it."
    >
      <OrderFilter query={query} errors={fieldErrors(pages.error)} />
      <Listing
        of={pages}
        empty={question === '' ? 'There is no order yet.' : 'No order is like that.'}
        explain={explain}
      >
        {(orders) => <OrderTable orders={orders} />}
      </Listing>
    </Page>
  );
}

function readFilter(query: URLSearchParams) {
  const [saleId, buyerId, status] = ['saleId', 'buyerId', 'status'].map((name) => query.get(name));
  return {
    ...(saleId ? { saleId } : {}),
    ...(buyerId ? { buyerId } : {}),
    ...(isStatus(status) ? { status } : {}),
  };
}

function isStatus(text: string | null | undefined): text is OrderStatus {
  return typeof text === 'string' && text in ORDER_STATUSES;
}

function explain(error: unknown): string {
  return Object.keys(fieldErrors(error)).length > 0
    ? 'These orders cannot be looked up.'
    : problemText(error);
}

function OrderTable({ orders }: { readonly orders: readonly AdminOrderView[] }) {
  return (
    <ScrollTable card label="Orders">
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">State</th>
          <th scope="col">Placed</th>
          <th scope="col">Lines</th>
          <th scope="col" className="number">
            Total
          </th>
          <th scope="col">Buyer</th>
        </tr>
      </thead>
      <tbody>
        {orders.map(({ id, status, createdAt, lines, total, buyerId }) => (
          <tr key={id}>
            <td>
              <a className="mono" href={hrefOf('orders', id)} title={id}>
                {shortId(id)}
              </a>
            </td>
            <td>
              <OrderStatusBadge status={status} />
            </td>
            <td>{formatMoment(createdAt)}</td>
            <td>{lines.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(', ')}</td>
            <td className="number">{formatMoney(total)}</td>
            <td>
              <a className="mono" href={hrefOf('orders', undefined, { buyerId })} title={buyerId}>
                {shortId(buyerId)}
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
