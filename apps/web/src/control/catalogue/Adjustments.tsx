import type { AdjustmentView } from '#client';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoment } from '../../shared/clock.js';
import { Pager } from '../Pager.js';
import { Read } from '../Read.js';
import type { Pages } from '../use-pages.js';

/** What changed an item's stock by hand, newest first. */
export function Adjustments({ pages }: { readonly pages: Pages<AdjustmentView> }) {
  return (
    <>
      <h3>Adjustments</h3>
      <Read of={pages}>
        {({ data }) => (
          <ScrollTable label="Adjustments">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col" className="number">
                  Units
                </th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              {data.map(({ id, createdAt, quantity, reason, kind, reference }) => (
                <tr key={id}>
                  <td>{formatMoment(createdAt)}</td>
                  <td className="number">{quantity > 0 ? `+${quantity}` : quantity}</td>
                  <td className="text">
                    {reason ?? (kind === 'receive' ? 'The stock it was created with' : '–')}
                    {reference !== null && <span className="soft"> ({reference})</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
        )}
      </Read>
      <Pager {...pages} />
    </>
  );
}
