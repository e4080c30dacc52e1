import { useCallback, useState } from 'react';
import { dataOf, type SaleView, type UpdateSale } from '#client';
import { Badge } from '../../design/Badge.js';
import { Button } from '../../design/Button.js';
import { Notice } from '../../design/Notice.js';
import { Form } from '../Form.js';
import { Page } from '../Page.js';
import { fieldErrors, problemText } from '../problem-text.js';
import { Read } from '../Read.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { TextField } from '../TextField.js';
import { useRead } from '../use-read.js';
import { useSubmission } from '../use-submission.js';
import { localTime, readLocalTime } from './local-time.js';
import { SALE_TONES } from './sale-status.js';
import { SaleItems } from './SaleItems.js';
import { SaleTimes } from './SaleTimes.js';

/** A sale: its name and times, whether it is paused, and what it offers. */
export function Sale({ id }: { readonly id: string }) {
  const { client } = useSession();
  const sale = useRead(
    useCallback(
      () => dataOf(client.GET('/v1/sales/{saleId}', { params: { path: { saleId: id } } })),
      [client, id],
    ),
  );
  return (
    <Page
      title={sale.data?.name ?? 'Sale'}
      actions={
        <>
          <a href={hrefOf('overview', undefined, { sale: id })}>Watch it</a>
          <a href={hrefOf('orders', undefined, { saleId: id })}>Its orders</a>
        </>
      }
    >
      <Read of={sale}>
        {(data) => (
          <>
            <div className="pair">
              <EditSale sale={data} onSaved={sale.refresh} />
              <Pause sale={data} onDone={sale.refresh} />
            </div>
            <SaleItems items={data.items} />
          </>
        )}
      </Read>
    </Page>
  );
}

interface PauseProps {
  readonly sale: SaleView;
  readonly onDone: () => void;
}

function Pause({ sale: { id, status }, onDone }: PauseProps) {
  const { client } = useSession();
  const { busy, error, submit } = useSubmission(
    (body: UpdateSale) => dataOf(client.PATCH('/v1/admin/sales/{id}', { body, params: { path: { id } } })),
    onDone,
  );
  const paused = status === 'paused';
  return (
    <section className="card stack" aria-labelledby="state">
      <h2 id="state">
        It is <Badge tone={SALE_TONES[status]}>{status}</Badge>
      </h2>
      {status === 'live' || paused ? (
        <>
          <p className="soft">
            {paused
              ? 'Buyers hear that it is paused. Resumed, it sells on where it stopped.'
              : 'Paused, it takes no orders. Those it has can still be paid.'}
          </p>
          <div className="actions">
            <Button
              look={paused ? 'main' : 'danger'}
              disabled={busy}
              onClick={() => void submit({ paused: !paused })}
            >
              {paused ? 'Resume the sale' : 'Pause the sale'}
            </Button>
          </div>
        </>
      ) : (
        <p className="soft">It can be paused while it runs.</p>
      )}
      {error !== undefined && <Notice tone="bad">{problemText(error)}</Notice>}
    </section>
  );
}

interface EditSaleProps {
  readonly sale: SaleView;
  readonly onSaved: () => void;
}

function EditSale({ sale, onSaved }: EditSaleProps) {
  const { client } = useSession();
  const [name, setName] = useState(sale.name);
  const [starts, setStarts] = useState(() => localTime(Date.parse(sale.startsAt)));
  const [ends, setEnds] = useState(() => localTime(Date.parse(sale.endsAt)));
  const [saved, setSaved] = useState(false);
  const submission = useSubmission(
    (body: UpdateSale) =>
      dataOf(client.PATCH('/v1/admin/sales/{id}', { body, params: { path: { id: sale.id } } })),
    () => {
      setSaved(true);
      onSaved();
    },
  );
  const errors = fieldErrors(submission.error);

  function save() {
    setSaved(false);
    // A time that nobody touched keeps its seconds.
    const startsAt = starts === localTime(Date.parse(sale.startsAt)) ? sale.startsAt : readLocalTime(starts);
    const endsAt = ends === localTime(Date.parse(sale.endsAt)) ? sale.endsAt : readLocalTime(ends);
    void submission.submit({ name, startsAt, endsAt });
  }

  return (
    <section className="card stack" aria-labelledby="sale">
      <h2 id="sale">The sale</h2>
      <Form label="The sale" action="Save" of={submission} onSubmit={save}>
        <TextField label="Name" value={name} onChange={setName} error={errors['name']} />
        <div className="fields">
          <SaleTimes {...{ starts, ends, errors }} onStarts={setStarts} onEnds={setEnds} />
        </div>
        {saved && <Notice tone="good">Saved.</Notice>}
      </Form>
    </section>
  );
}
