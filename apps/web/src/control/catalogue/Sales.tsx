import { useCallback } from 'react';
import { dataOf, type SaleView } from '#client';
import { Badge } from '../../design/Badge.js';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoment } from '../../shared/clock.js';
import { Listing } from '../Listing.js';
import { Page } from '../Page.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { usePages } from '../use-pages.js';
import { SALE_TONES } from './sale-status.js';

/** The sales, newest first. */
export function Sales() {
  const { client } = useSession();
  const pages = usePages(
    useCallback(
      (query: { cursor?: string }) => dataOf(client.GET('/v1/sales', { params: { query } })),
      [client],
    ),
  );
  return (
    <Page
      title="Sales"
      about="A sale offers items from one moment to another. Paused, it takes no orders."
      actions={
        <a className="button" href={hrefOf('sales', 'new')}>
          New sale
        </a>
      }
    >
      <Listing of={pages} empty="There is no sale yet.">
        {(sales) => <SaleTable sales={sales} />}
      </Listing>
    </Page>
  );
}

function SaleTable({ sales }: { readonly sales: readonly SaleView[] }) {
  return (
    <ScrollTable card label="Sales">
      <thead>
        <tr>
          <th scope="col">Sale</th>
          <th scope="col">State</th>
          <th scope="col">Starts</th>
          <th scope="col">Ends</th>
          <th scope="col" className="number">
            Items
          </th>
          <th scope="col">See</th>
        </tr>
      </thead>
      <tbody>
        {sales.map(({ id, name, status, startsAt, endsAt, items }) => (
          <tr key={id}>
            <td>
              <a href={hrefOf('sales', id)}>{name}</a>
            </td>
            <td>
              <Badge tone={SALE_TONES[status]}>{status}</Badge>
            </td>
            <td>{formatMoment(startsAt)}</td>
            <td>{formatMoment(endsAt)}</td>
            <td className="number">{items.length}</td>
            <td className="links">
              <a href={hrefOf('overview', undefined, { sale: id })}>Watch</a>
              <a href={hrefOf('orders', undefined, { saleId: id })}>Orders</a>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
