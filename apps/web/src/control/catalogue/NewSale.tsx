import { useCallback, useState } from 'react';
import { dataOf, type ApiClient, type CreateSale, type ItemView } from '#client';
import { Form } from '../Form.js';
import { Page } from '../Page.js';
import { fieldErrors } from '../problem-text.js';
import { Read } from '../Read.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { TextField } from '../TextField.js';
import { useRead } from '../use-read.js';
import { useSubmission } from '../use-submission.js';
import { localTime, readLocalTime } from './local-time.js';
import { offersOf, Offers, type OfferDraft } from './Offers.js';
import { readWhole } from './read-whole.js';
import { SaleTimes } from './SaleTimes.js';

const HOUR_MS = 3_600_000;
/** Of 50 items each: whoever has more of them creates sales by the API. */
const MAX_PAGES = 10;

/** Creates a sale of some items. */
export function NewSale() {
  const { client } = useSession();
  const items = useRead(useCallback(() => listItems(client), [client]));
  return (
    <Page title="New sale" about="What is offered, to whom how much, and when.">
      <Read of={items}>
        {(list) =>
          list.length === 0 ? (
            <p className="card">
              There is nothing to sell yet. <a href={hrefOf('items', 'new')}>Create an item</a> first.
            </p>
          ) : (
            <NewSaleForm items={list} />
          )
        }
      </Read>
    </Page>
  );
}

function NewSaleForm({ items }: { readonly items: readonly ItemView[] }) {
  const { client } = useSession();
  const [name, setName] = useState('');
  const [starts, setStarts] = useState(() => localTime(Date.now()));
  const [ends, setEnds] = useState(() => localTime(Date.now() + 2 * HOUR_MS));
  const [ttl, setTtl] = useState('600');
  const [offers, setOffers] = useState<readonly OfferDraft[]>([]);
  const submission = useSubmission(
    (body: CreateSale, key) =>
      dataOf(client.POST('/v1/admin/sales', { body, params: { header: { 'Idempotency-Key': key } } })),
    ({ id }) => {
      location.hash = hrefOf('sales', id);
    },
  );
  const errors = fieldErrors(submission.error);

  function create() {
    void submission.submit({
      name,
      startsAt: readLocalTime(starts),
      endsAt: readLocalTime(ends),
      reservationTtlSeconds: readWhole(ttl),
      items: offersOf(offers, items),
    });
  }

  return (
    <div className="card">
      <Form label="New sale" action="Create the sale" of={submission} onSubmit={create}>
        <TextField label="Name" value={name} onChange={setName} error={errors['name']} />
        <div className="fields">
          <SaleTimes {...{ starts, ends, errors }} onStarts={setStarts} onEnds={setEnds} />
          <TextField
            label="Seconds to pay"
            type="number"
            value={ttl}
            onChange={setTtl}
            error={errors['reservationTtlSeconds']}
            hint="So long an unpaid order holds its stock"
          />
        </div>
        <Offers items={items} offers={offers} errors={errors} onChange={setOffers} />
      </Form>
    </div>
  );
}

async function listItems(client: ApiClient): Promise<ItemView[]> {
  const items: ItemView[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query: { cursor?: string } = cursor === null ? {} : { cursor };
    const { data, nextCursor } = await dataOf(client.GET('/v1/admin/items', { params: { query } }));
    items.push(...data);
    cursor = nextCursor;
    if (cursor === null) break;
  }
  return items;
}
