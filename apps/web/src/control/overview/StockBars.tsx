import type { ReconciliationItem, SaleView } from '#client';

const SHOWN = 8;

interface StockBarsProps {
  readonly sale: SaleView;
  readonly items: readonly ReconciliationItem[];
}

/** Where each item's units are: sold, reserved for somebody who has yet to pay, or left. */
export function StockBars({ sale, items }: StockBarsProps) {
  const nameOf = (itemId: string) => sale.items.find((item) => item.itemId === itemId)?.name ?? itemId;
  return (
    <div className="stack">
      <ul className="stock-bars">
        {items.slice(0, SHOWN).map((item) => (
          <StockBar key={item.itemId} name={nameOf(item.itemId)} {...item} />
        ))}
      </ul>
      {items.length > SHOWN && <p className="soft">and {items.length - SHOWN} more items</p>}
    </div>
  );
}

function StockBar({ name, sold, reserved, available }: ReconciliationItem & { readonly name: string }) {
  const parts = [
    { units: sold, label: 'sold', kind: 'sold' },
    { units: reserved, label: 'reserved', kind: 'reserved' },
    { units: Math.max(available, 0), label: 'left', kind: 'left' },
  ];
  return (
    <li>
      <span className="stock-bar-name">{name}</span>
      <span className="stock-bar" aria-hidden="true">
        {parts.map(({ units, kind }) => (
          <span key={kind} data-kind={kind} style={{ flexGrow: units }} />
        ))}
      </span>
      <span className="stock-bar-words">
        {parts.map(({ units, label, kind }) => (
          <span key={kind} data-kind={kind}>
            {units} {label}
          </span>
        ))}
      </span>
    </li>
  );
}
