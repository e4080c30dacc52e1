import { useCallback, type ReactNode } from 'react';
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

interface BooksProps {
  readonly sale: SaleView;
  /** What is done with the sale: it stands beside what is left of it. */
  readonly children: ReactNode;
}

/** Whether stock, ledger, orders and purchases of a sale agree, in one snapshot of the record, every few seconds. */
export function Books({ sale, children }: BooksProps) {
  const { client } = useSession();
  const books = useRead(
    useCallback(() => {
      const params = { path: { saleId: sale.id } };
      return dataOf(client.GET('/v1/admin/sales/{saleId}/reconciliation', { params }));
    }, [client, sale.id]),
    EVERY_MS,
  );
  return (
    <>
      <section className="card stack books" aria-label="The books">
        <Read of={books}>{(reconciliation) => <Verdict {...reconciliation} onCheck={books.refresh} />}</Read>
      </section>
      <div className="pair">
        {children}
        <section className="card stack" aria-labelledby="stock">
          <h2 id="stock">Where the units are</h2>
          {books.data ? (
            <StockBars sale={sale} items={books.data.items} />
          ) : (
            <p className="soft">Not read yet …</p>
          )}
        </section>
      </div>
    </>
  );
}

function Verdict({ onCheck, ...books }: Reconciliation & { readonly onCheck: () => void }) {
  const { balanced, checks } = books;
  const broken = checks.filter(({ ok }) => !ok).length;
  return (
    <>
      <div className="verdict" data-tone={balanced ? 'good' : 'bad'}>
        <p role="status">
          <span aria-hidden="true">{balanced ? '✓' : '✕'}</span>
          {balanced
            ? `The books agree: all ${checks.length} checks hold.`
            : `The books do not agree: ${broken} of ${checks.length} checks fail.`}
        </p>
        <Button look="quiet" onClick={onCheck}>
          Check now
        </Button>
      </div>
      <Checks {...books} />
    </>
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
