import { useEffect } from 'react';
import type { SaleView } from '#client';
import { Badge, type Tone } from '../../design/Badge.js';
import { formatMoment } from '../../shared/clock.js';
import { useStore } from '../../shared/store.js';
import { useShop } from '../open-shop.js';
import { Countdown } from './Countdown.js';
import { LinkState } from './LinkState.js';

/** Which sale this is, and how it stands. */
export function SaleHeading() {
  const shop = useShop();
  const sale = useStore(shop.sale.state, (state) => state.sale);
  const isRead = useStore(shop.sale.state, (state) => state.isRead);
  const title = sale?.name ?? (isRead ? 'No sale at the moment' : 'One moment …');
  useEffect(() => {
    document.title = sale ? `${sale.name} · Holdfast shop` : 'Holdfast shop';
  }, [sale]);
  return (
    <section className="sale" aria-labelledby="sale-name">
      <div className="sale-text">
        <p className="sale-state">
          {sale && <StatusBadge status={sale.status} />}
          <LinkState />
        </p>
        <h1 id="sale-name">{title}</h1>
        <p className="sale-note">{noteOf(sale, isRead)}</p>
      </div>
      {sale && sale.status !== 'ended' && <Countdown sale={sale} />}
    </section>
  );
}

const STATUSES: Record<SaleView['status'], [string, Tone]> = {
  live: ['On now', 'good'],
  paused: ['Paused', 'warn'],
  scheduled: ['Coming up', 'warn'],
  ended: ['Ended', 'bad'],
};

function StatusBadge({ status }: { readonly status: SaleView['status'] }) {
  const [label, tone] = STATUSES[status];
  return <Badge tone={tone}>{label}</Badge>;
}

function noteOf(sale: SaleView | null, isRead: boolean): string {
  if (!isRead) return 'The shop is opening.';
  if (!sale) return 'None is planned yet. This page shows it as soon as there is one.';
  switch (sale.status) {
    case 'scheduled':
      return `Begins ${formatMoment(sale.startsAt)}. The buttons open by themselves.`;
    case 'live':
      return `Until ${formatMoment(sale.endsAt)}, or until everything is sold.`;
    case 'paused':
      return 'Nothing can be bought for a moment. This page goes on by itself.';
    case 'ended':
      return `It ended ${formatMoment(sale.endsAt)}. Your orders stay as they are.`;
  }
}
