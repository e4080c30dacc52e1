import { useState } from 'react';
import { dataOf, type AdminOrderView, type RefundOrder } from '#client';
import { Button } from '../../design/Button.js';
import { Dialog } from '../../design/Dialog.js';
import { Notice } from '../../design/Notice.js';
import { formatMoney } from '../../shared/money.js';
import { fieldErrors, problemText } from '../problem-text.js';
import { useSession } from '../session.js';
import { TextField } from '../TextField.js';
import { useSubmission } from '../use-submission.js';

interface RefundProps {
  readonly order: AdminOrderView;
  readonly onClose: () => void;
}

/** Asks, and sends the money back, with the goods on the shelf or not. */
export function Refund({ order: { id, total }, onClose }: RefundProps) {
  const { client } = useSession();
  const [returnsStock, setReturnsStock] = useState(false);
  const [reason, setReason] = useState('');
  const { busy, error, submit } = useSubmission((body: RefundOrder, key) => {
    const params = { path: { id }, header: { 'Idempotency-Key': key } };
    return dataOf(client.POST('/v1/admin/orders/{id}/refund', { body, params }));
  }, onClose);
  return (
    <Dialog title={`Refund ${formatMoney(total)}?`} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit({ returnsStock, ...(reason.trim() === '' ? {} : { reason }) });
        }}
      >
        <p>The money goes back to the buyer. This cannot be undone.</p>
        <label className="check">
          <input
            type="checkbox"
            checked={returnsStock}
            onChange={(event) => setReturnsStock(event.target.checked)}
          />
          Put its units back on the shelf
        </label>
        <TextField
          label="Reason"
          value={reason}
          onChange={setReason}
          error={fieldErrors(error)['reason']}
          hint="For whoever reads the record later"
        />
        {error !== undefined && <Notice tone="bad">{problemText(error)}</Notice>}
        <div className="actions">
          <Button type="submit" look="danger" disabled={busy}>
            Refund it
          </Button>
          <Button look="quiet" onClick={onClose}>
            {error === undefined ? 'Keep it as it is' : 'Close'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
