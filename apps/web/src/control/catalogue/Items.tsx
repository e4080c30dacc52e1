import { useCallback } from 'react';
import { dataOf, type ItemView } from '#client';
import { Badge } from '../../design/Badge.js';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoney } from '../../shared/money.js';
import { Listing } from '../Listing.js';
import { Page } from '../Page.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { usePages } from '../use-pages.js';

/** What the shop sells, with its stock. */
export function Items() {
  const { client } = useSession();
  const pages = usePages(
    useCallback(
      (query: { cursor?: string }) => dataOf(client.GET('/v1/admin/items', { params: { query } })),
      [client],
    ),
  );
  return (
    <Page
      title="Items"
      about="On hand is what lies on the shelf; reserved is what orders hold; the rest can be sold."
      actions={
        <a className="button" href={hrefOf('items', 'new')}>
          New item
        </a>
      }
    >
      <Listing of={pages} empty="There is no item yet.">
        {(items) => <ItemTable items={items} />}
      </Listing>
    </Page>
  );
}

function ItemTable({ items }: { readonly items: readonly ItemView[] }) {
  return (
    <ScrollTable card label="Items">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">SKU</th>
          <th scope="col" className="number">
            Price
          </th>
          <th scope="col" className="number">
            On hand
          </th>
          <th scope="col" className="number">
            Reserved
          </th>
          <th scope="col" className="number">
            Available
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            <td>
              <a href={hrefOf('items', item.id)}>{item.name}</a>
            </td>
            <td className="mono">{item.sku}</td>
            <td className="number">{formatMoney(item.price)}</td>
            <td className="number">{item.stock.onHand}</td>
            <td className="number">{item.stock.reserved}</td>
            <td className="number">{item.stock.available}</td>
            <td>
              <StockBadge {...item} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function StockBadge({ stock, lowStockThreshold }: ItemView) {
  if (stock.available === 0) return <Badge tone="bad">sold out</Badge>;
  if (stock.available <= lowStockThreshold) return <Badge tone="warn">low stock</Badge>;
  return <Badge tone="good">in stock</Badge>;
}
