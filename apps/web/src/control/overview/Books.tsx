import { useCallback } from 'react';
import { dataOf, type Reconciliation, type SaleView } from '#client';
import { Button } from '../../design/Button.js';
import { Read } from '../Read.js';
import { useSession } from '../session.js';
import { useRead } from '../use-read.js';
import { StockBars } from './StockBars.js';

const EVERY_MS = 2_000;

const CHECKS: Readonly<Record<string, string>> = {
  no_oversell: 'Nothing is oversold',
  orders_within_stock: 'Orders hold no more than there is',
  ledger_on_hand: 'The ledger adds up to the stock on hand',
  ledger_reserved: 'The ledger adds up to the reserved stock',
  orders_reserved: 'Orders hold what is reserved',
  orders_sold: 'Orders bought what is sold',
  movement_per_change: 'Every change of an order is in the ledger',
  allotment: 'The sale keeps to its allotment',
  purchase_limit: 'Nobody is over the purchase limit',
};

/** Whether stock, ledger, orders and purchases of a sale agree, in one snapshot of the record, every few seconds. */
export function Books({ sale }: { readonly sale: SaleView }) {
  const { client } = useSession();
  const books = useRead(
    useCallback(() => {
      const params = { path: { saleId: sale.id } };
      return dataOf(client.GET('/v1/admin/sales/{saleId}/reconciliation', { params }));
    }, [client, sale.id]),
    EVERY_MS,
  );
  return (
    <section className="card stack books" aria-labelledby="books">
      <div className="section-head">
        <h2 id="books">The books</h2>
        <Button look="quiet" onClick={books.refresh}>
          Check now
        </Button>
      </div>
      <Read of={books}>
        {(reconciliation) => (
          <>
            <Verdict {...reconciliation} />
            <StockBars sale={sale} items={reconciliation.items} />
            <Checks {...reconciliation} />
          </>
        )}
      </Read>
    </section>
  );
}

function Verdict({ balanced, checks }: Reconciliation) {
  const broken = checks.filter(({ ok }) => !ok).length;
  return (
    <p className="verdict" data-tone={balanced ? 'good' : 'bad'} role="status">
      <span aria-hidden="true">{balanced ? '✓' : '✕'}</span>
      {balanced
        ? `The books agree: all ${checks.length} checks hold.`
        : `The books do not agree: ${broken} of ${checks.length} checks fail.`}
    </p>
  );
}

/** Each check. They are folded away while all is well. */
function Checks({ balanced, checks }: Reconciliation) {
  return (
    <details open={!balanced || undefined}>
      <summary>What was checked</summary>
      <ul className="checks">
        {checks.map(({ name, ok, detail }) => (
          <li key={name} data-ok={ok}>
            <strong>
              <span aria-hidden="true">{ok ? '✓' : '✕'}</span>
              <span className="visually-hidden">{ok ? 'Holds:' : 'Fails:'}</span> {CHECKS[name] ?? name}
            </strong>
            <span className="soft">{detail}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
