import type { PaymentView } from '#client';
import { Badge } from '../../design/Badge.js';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoment } from '../../shared/clock.js';
import { PAYMENT_TONES } from './order-status.js';

/** Every attempt to pay an order. */
export function Payments({ payments }: { readonly payments: readonly PaymentView[] }) {
  return (
    <section className="card stack" aria-labelledby="payments">
      <h2 id="payments">Payments</h2>
      {payments.length === 0 ? (
        <p className="soft">Nobody has tried to pay it.</p>
      ) : (
        <ScrollTable label="Payments">
          <thead>
            <tr>
              <th scope="col">Payment</th>
              <th scope="col">State</th>
              <th scope="col">Why it failed</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {payments.map(({ id, status, failureCode, createdAt }) => (
              <tr key={id}>
                <td className="mono">{id}</td>
                <td>
                  <Badge tone={PAYMENT_TONES[status]}>{status}</Badge>
                </td>
                <td>{failureCode ?? '–'}</td>
                <td>{formatMoment(createdAt)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </section>
  );
}
