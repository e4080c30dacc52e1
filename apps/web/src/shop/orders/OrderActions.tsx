import { useId, useState } from 'react';
import type { OrderView } from '#client';
import { Button } from '../../design/Button.js';
import { formatMoney } from '../../shared/money.js';
import { useStore } from '../../shared/store.js';
import { describeOrderRefusal } from '../messages.js';
import { useShop } from '../open-shop.js';
import { RetryNote } from '../RetryNote.js';
import { CancelDialog } from './CancelDialog.js';
import type { SandboxOutcome } from './order-calls.js';
import { isBeingPaid, type OrderAction } from './orders-state.js';

const OUTCOMES: readonly [SandboxOutcome, string][] = [
  ['succeed', 'goes through'],
  ['decline', 'is declined'],
  ['timeout', 'is answered late'],
];

/** Paying for an order, and giving it back. */
export function OrderActions({ order, title }: { readonly order: OrderView; readonly title: string }) {
  const { orders } = useShop();
  const action = useStore(orders.state, (state) => state.actions[order.id]);
  const [outcome, setOutcome] = useState<SandboxOutcome>('succeed');
  const [isAsking, setIsAsking] = useState(false);
  const selectId = useId();
  const isBusy = isBeingPaid(order) || (action !== undefined && action.kind !== 'refused');
  return (
    <div className="order-actions">
      <Button
        aria-disabled={isBusy}
        aria-busy={isBusy}
        onClick={isBusy ? undefined : () => void orders.pay(order.id, outcome)}
      >
        {isBusy ? 'One moment …' : `Pay ${formatMoney(order.total)}`}
        <span className="visually-hidden"> for {title}</span>
      </Button>
      <Button look="quiet" aria-disabled={isBusy} onClick={isBusy ? undefined : () => setIsAsking(true)}>
        Cancel<span className="visually-hidden"> the order of {title}</span>
      </Button>
      <p className="sandbox">
        <label htmlFor={selectId}>Test payment</label>
        <select
          id={selectId}
          value={outcome}
          onChange={(event) => setOutcome(event.target.value as SandboxOutcome)}
        >
          {OUTCOMES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </p>
      {action && <ActionNote action={action} />}
      {isAsking && (
        <CancelDialog
          title={title}
          onClose={() => setIsAsking(false)}
          onCancelOrder={() => void orders.cancel(order.id)}
        />
      )}
    </div>
  );
}

function ActionNote({ action }: { readonly action: OrderAction }) {
  switch (action.kind) {
    case 'refused':
      return (
        <p className="action-note" role="alert">
          {describeOrderRefusal(action.code)}
        </p>
      );
    case 'waiting':
      return (
        <p className="action-note">
          <RetryNote {...action} />
        </p>
      );
    default:
      return null;
  }
}
