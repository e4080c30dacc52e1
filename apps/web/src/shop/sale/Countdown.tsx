import type { SaleView } from '#client';
import { formatDuration } from '../../shared/clock.js';
import { useSecond } from '../../shared/second.js';

/** The time until the sale begins, or ends, on the server's clock. */
export function Countdown({ sale }: { readonly sale: SaleView }) {
  const now = useSecond();
  const isUpcoming = sale.status === 'scheduled';
  const leftMs = Date.parse(isUpcoming ? sale.startsAt : sale.endsAt) - now;
  return (
    <p className="countdown">
      <span>{isUpcoming ? 'Begins in' : 'Ends in'}</span>
      <strong role="timer">{formatDuration(leftMs)}</strong>
    </p>
  );
}
