import type { SaleItemView } from '#client';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoney } from '../../shared/money.js';
import { hrefOf } from '../route.js';

/** What a sale offers. It is fixed when the sale is created. */
export function SaleItems({ items }: { readonly items: readonly SaleItemView[] }) {
  return (
    <section className="card stack" aria-labelledby="offered">
      <h2 id="offered">What it offers</h2>
      <ScrollTable label="What it offers">
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col">SKU</th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="number">
              Limit a buyer
            </th>
            <th scope="col" className="number">
              Available
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ itemId, name, sku, price, purchaseLimit, available }) => (
            <tr key={itemId}>
              <td>
                <a href={hrefOf('items', itemId)}>{name}</a>
              </td>
              <td className="mono">{sku}</td>
              <td className="number">{formatMoney(price)}</td>
              <td className="number">{purchaseLimit ?? 'none'}</td>
              <td className="number">{available}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}
