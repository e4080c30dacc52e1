import { useCallback, useState } from 'react';
import { dataOf, type ItemView, type UpdateItem } from '#client';
import { Notice } from '../../design/Notice.js';
import { Form } from '../Form.js';
import { Page } from '../Page.js';
import { fieldErrors } from '../problem-text.js';
import { Read } from '../Read.js';
import { useSession } from '../session.js';
import { useRead } from '../use-read.js';
import { useSubmission } from '../use-submission.js';
import { bodyOf, draftOf, ItemFields } from './ItemFields.js';
import { Stock } from './Stock.js';

/** An item: what can be changed about it, its stock, and how that came about. */
export function Item({ id }: { readonly id: string }) {
  const { client } = useSession();
  const item = useRead(
    useCallback(() => dataOf(client.GET('/v1/admin/items/{id}', { params: { path: { id } } })), [client, id]),
  );
  return (
    <Page title={item.data?.name ?? 'Item'} about={item.data && `SKU ${item.data.sku}`}>
      <Read of={item}>
        {(data) => (
          <div className="pair">
            <EditItem item={data} onSaved={item.refresh} />
            <Stock item={data} onAdjusted={item.refresh} />
          </div>
        )}
      </Read>
    </Page>
  );
}

interface EditItemProps {
  readonly item: ItemView;
  readonly onSaved: () => void;
}

function EditItem({ item, onSaved }: EditItemProps) {
  const { client } = useSession();
  const [draft, setDraft] = useState(() => draftOf(item));
  const [saved, setSaved] = useState(false);
  const submission = useSubmission(
    (body: UpdateItem) =>
      dataOf(client.PATCH('/v1/admin/items/{id}', { body, params: { path: { id: item.id } } })),
    () => {
      setSaved(true);
      onSaved();
    },
  );
  return (
    <section className="card stack" aria-labelledby="item">
      <h2 id="item">The item</h2>
      <Form
        label="The item"
        action="Save"
        of={submission}
        onSubmit={() => {
          setSaved(false);
          void submission.submit(bodyOf(draft));
        }}
      >
        <ItemFields
          draft={draft}
          errors={fieldErrors(submission.error)}
          onChange={(changed) => {
            setSaved(false);
            setDraft(changed);
          }}
        />
        {saved && <Notice tone="good">Saved. Orders already made keep their price.</Notice>}
      </Form>
    </section>
  );
}
