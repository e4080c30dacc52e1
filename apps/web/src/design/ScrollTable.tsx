import type { ReactNode } from 'react';

interface ScrollTableProps {
  readonly label: string;
  readonly card?: boolean;
  readonly children: ReactNode;
}

/** A table that scrolls sideways by itself where the page is narrower, by keyboard too. */
export function ScrollTable({ label, card = false, children }: ScrollTableProps) {
  return (
    <div className={card ? 'card table-scroll' : 'table-scroll'} tabIndex={0} role="group" aria-label={label}>
      <table>{children}</table>
    </div>
  );
}
