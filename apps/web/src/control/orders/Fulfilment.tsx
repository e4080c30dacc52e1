import { dataOf, type AdminOrderView } from '#client';
import { Button } from '../../design/Button.js';
import { Dialog } from '../../design/Dialog.js';
import { Notice } from '../../design/Notice.js';
import { problemText } from '../problem-text.js';
import { useSession } from '../session.js';
import { useSubmission } from '../use-submission.js';

interface FulfilmentProps {
  readonly order: AdminOrderView;
  readonly onClose: () => void;
}

/** Asks, and records that the goods have left. */
export function Fulfilment({ order: { id }, onClose }: FulfilmentProps) {
  const { client } = useSession();
  const { busy, error, submit } = useSubmission((_: null, key) => {
    const params = { path: { id }, header: { 'Idempotency-Key': key } };
    return dataOf(client.POST('/v1/admin/orders/{id}/fulfilment', { params }));
  }, onClose);
  return (
    <Dialog title="Fulfil this order?" onClose={onClose}>
      <p>It says that the goods have left. After that it cannot be refunded here.</p>
      {error !== undefined && <Notice tone="bad">{problemText(error)}</Notice>}
      <div className="actions">
        <Button disabled={busy} onClick={() => void submit(null)}>
          Fulfil it
        </Button>
        <Button look="quiet" onClick={onClose}>
          {error === undefined ? 'Keep it as it is' : 'Close'}
        </Button>
      </div>
    </Dialog>
  );
}
