import type { OrderLineView } from '#client';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoney } from '../../shared/money.js';
import { hrefOf } from '../route.js';

/** What was ordered, at the price of that moment. */
export function OrderLines({ lines }: { readonly lines: readonly OrderLineView[] }) {
  return (
    <section className="card stack" aria-labelledby="lines">
      <h2 id="lines">Lines</h2>
      <ScrollTable label="Lines">
        <thead>
          <tr>
            <th scope="col">SKU</th>
            <th scope="col" className="number">
              Quantity
            </th>
            <th scope="col" className="number">
              Unit price
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ itemId, sku, quantity, unitPrice }) => (
            <tr key={itemId}>
              <td>
                <a className="mono" href={hrefOf('items', itemId)}>
                  {sku}
                </a>
              </td>
              <td className="number">{quantity}</td>
              <td className="number">{formatMoney(unitPrice)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}
