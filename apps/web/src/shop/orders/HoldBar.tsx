import { formatTimeLeft } from '../../shared/clock.js';
import { useSecond } from '../../shared/second.js';
import { useStore } from '../../shared/store.js';
import { useShop } from '../open-shop.js';
import { isBeingPaid, isHeld } from './orders-state.js';

/** On a phone, where the orders are far below: what has to be paid soon, always in sight. */
export function HoldBar() {
  const { orders } = useShop();
  const list = useStore(orders.state, (state) => state.orders);
  const due = list
    .filter((order) => isHeld(order) && !isBeingPaid(order))
    .sort((a, b) => a.expiresAt.localeCompare(b.expiresAt));
  const [first] = due;
  if (!first) return null;
  return (
    <aside className="hold-notice" aria-label="Held for you">
      <p>
        {due.length === 1 ? '1 order is held' : `${due.length} orders are held`},{' '}
        <Left expiresAt={first.expiresAt} />
      </p>
      <a className="button" href={`#order-${first.id}`}>
        Pay
      </a>
    </aside>
  );
}

function Left({ expiresAt }: { readonly expiresAt: string }) {
  const leftMs = Math.max(0, Date.parse(expiresAt) - useSecond());
  return <strong className="timer">{formatTimeLeft(leftMs)}</strong>;
}
