import { useState } from 'react';
import { dataOf, type CreateItem } from '#client';
import { Form } from '../Form.js';
import { Page } from '../Page.js';
import { fieldErrors } from '../problem-text.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { TextField } from '../TextField.js';
import { useSubmission } from '../use-submission.js';
import { bodyOf, EMPTY_ITEM, ItemFields } from './ItemFields.js';
import { readWhole } from './read-whole.js';

/** Creates an item with its first stock. */
export function NewItem() {
  const { client } = useSession();
  const [draft, setDraft] = useState(EMPTY_ITEM);
  const [sku, setSku] = useState('');
  const [stock, setStock] = useState('0');
  const submission = useSubmission(
    (body: CreateItem, key) =>
      dataOf(client.POST('/v1/admin/items', { body, params: { header: { 'Idempotency-Key': key } } })),
    ({ id }) => {
      location.hash = hrefOf('items', id);
    },
  );
  const errors = fieldErrors(submission.error);
  return (
    <Page title="New item" about="What the shop sells. A sale offers it.">
      <div className="card narrow">
        <Form
          label="New item"
          action="Create the item"
          of={submission}
          onSubmit={() => void submission.submit({ ...bodyOf(draft), sku, stock: readWhole(stock) })}
        >
          <div className="fields">
            <TextField label="SKU" value={sku} onChange={setSku} error={errors['sku']} />
            <TextField
              label="Units on hand"
              type="number"
              value={stock}
              onChange={setStock}
              error={errors['stock']}
            />
          </div>
          <ItemFields draft={draft} errors={errors} onChange={setDraft} />
        </Form>
      </div>
    </Page>
  );
}
