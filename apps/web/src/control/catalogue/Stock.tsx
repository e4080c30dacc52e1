import { useCallback, useState } from 'react';
import { dataOf, type AdjustStock, type ItemView } from '#client';
import { Notice } from '../../design/Notice.js';
import { Form } from '../Form.js';
import { fieldErrors } from '../problem-text.js';
import { useSession } from '../session.js';
import { TextField } from '../TextField.js';
import { usePages } from '../use-pages.js';
import { useSubmission } from '../use-submission.js';
import { Adjustments } from './Adjustments.js';
import { readWhole } from './read-whole.js';

interface StockProps {
  readonly item: ItemView;
  readonly onAdjusted: () => void;
}

/** An item's stock, its adjustment by hand, and the adjustments there were. */
export function Stock({ item: { id, stock }, onAdjusted }: StockProps) {
  const { client } = useSession();
  const [quantity, setQuantity] = useState('');
  const [reason, setReason] = useState('');
  const [adjusted, setAdjusted] = useState(false);
  const trail = usePages(
    useCallback(
      (query: { cursor?: string }) =>
        dataOf(client.GET('/v1/admin/items/{id}/stock-adjustments', { params: { path: { id }, query } })),
      [client, id],
    ),
  );
  const submission = useSubmission(
    (body: AdjustStock, key) => {
      const params = { path: { id }, header: { 'Idempotency-Key': key } };
      return dataOf(client.POST('/v1/admin/items/{id}/stock-adjustments', { body, params }));
    },
    () => {
      setQuantity('');
      setReason('');
      setAdjusted(true);
      trail.refresh();
      onAdjusted();
    },
  );
  const errors = fieldErrors(submission.error);
  return (
    <section className="card stack" aria-labelledby="stock">
      <h2 id="stock">Stock</h2>
      <dl className="figures">
        <div>
          <dt>on hand</dt>
          <dd>{stock.onHand}</dd>
        </div>
        <div>
          <dt>reserved</dt>
          <dd>{stock.reserved}</dd>
        </div>
        <div>
          <dt>available</dt>
          <dd>{stock.available}</dd>
        </div>
      </dl>
      <Form
        label="Adjust the stock"
        action="Adjust the stock"
        of={submission}
        onSubmit={() => {
          setAdjusted(false);
          void submission.submit({ quantity: readWhole(quantity), reason });
        }}
      >
        <div className="fields">
          <TextField
            label="Units"
            type="number"
            value={quantity}
            onChange={setQuantity}
            error={errors['quantity']}
            hint="To add, or with a minus to take away"
          />
          <TextField
            label="Reason"
            value={reason}
            onChange={setReason}
            error={errors['reason']}
            hint="Such as: second delivery"
          />
        </div>
        {adjusted && <Notice tone="good">Adjusted.</Notice>}
      </Form>
      <Adjustments pages={trail} />
    </section>
  );
}
