import type { SaleView } from '#client';
import { Badge } from '../../design/Badge.js';
import { Field } from '../../design/Field.js';
import { formatMoment } from '../../shared/clock.js';
import { hrefOf } from '../route.js';
import { SALE_TONES } from '../catalogue/sale-status.js';
import { useMonitor } from './use-monitor.js';

interface SaleChoiceProps {
  readonly sales: readonly SaleView[];
  readonly sale: SaleView;
}

/** Which sale is looked at. */
export function SaleChoice({ sales, sale }: SaleChoiceProps) {
  const { watched } = useMonitor();
  const status = (watched.saleId === sale.id ? watched.status : undefined) ?? sale.status;
  return (
    <section className="sale-choice" aria-label="The sale">
      <Field label="Sale">
        {(input) => (
          <select
            {...input}
            value={sale.id}
            onChange={(event) => {
              location.hash = hrefOf('overview', undefined, { sale: event.target.value });
            }}
          >
            {sales.map(({ id, name, status: state }) => (
              <option key={id} value={id}>
                {name} ({state})
              </option>
            ))}
          </select>
        )}
      </Field>
      <p>
        <Badge tone={SALE_TONES[status]}>{status}</Badge>{' '}
        <span className="soft">
          {formatMoment(sale.startsAt)} to {formatMoment(sale.endsAt)}
        </span>{' '}
        <a href={hrefOf('orders', undefined, { saleId: sale.id })}>Its orders</a>{' '}
        <a href={hrefOf('sales', sale.id)}>Change it</a>
      </p>
    </section>
  );
}
