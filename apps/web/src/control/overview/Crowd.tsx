import { useState, type SyntheticEvent } from 'react';
import { AnswerError, dataOf, type DemoCrowdView, type SaleView } from '#client';
import { Button } from '../../design/Button.js';
import { Field } from '../../design/Field.js';
import { Notice } from '../../design/Notice.js';
import { fieldErrors, problemText } from '../problem-text.js';
import { useSession } from '../session.js';
import { useSubmission } from '../use-submission.js';
import { CrowdProgress } from './CrowdProgress.js';
import type { Seen } from './monitor.js';

const DEFAULT_BUYERS = 300;
const MAX_BUYERS = 2_000;

/** A crowd that was sent, and what had been seen before it came. */
export interface SentCrowd extends DemoCrowdView {
  readonly sentAtMs: number;
  readonly before: Seen;
}

/** Sends demonstration buyers, and tells how they fare. */
export function Crowd({ sale }: { readonly sale: SaleView }) {
  const { client, monitor } = useSession();
  const [buyers, setBuyers] = useState(String(DEFAULT_BUYERS));
  const [crowd, setCrowd] = useState<SentCrowd>();
  const { busy, error, submit } = useSubmission(async (body: { saleId: string; buyers: number }) => {
    const before = monitor.states.get().seen;
    const sent = await dataOf(client.POST('/v1/admin/demo-crowd', { body }));
    return { ...sent, before, sentAtMs: Date.now() };
  }, setCrowd);

  if (isWithoutDemonstration(error)) {
    return (
      <section className="card stack" aria-labelledby="crowd">
        <h2 id="crowd">Send a crowd</h2>
        <Notice>This service runs in production, where there are no demonstration crowds.</Notice>
      </section>
    );
  }

  function send(event: SyntheticEvent) {
    event.preventDefault();
    void submit({ saleId: sale.id, buyers: Number(buyers === '' ? NaN : buyers) });
  }

  return (
    <section className="card stack crowd" aria-labelledby="crowd">
      <h2 id="crowd">Send a crowd</h2>
      <p className="soft">
        Each buyer orders one unit. Of those who get an order six in ten pay, one cancels, and the others keep
        theirs until it expires.
      </p>
      <form className="crowd-form" noValidate onSubmit={send}>
        <Field
          label="Buyers"
          hint={`At most ${MAX_BUYERS.toLocaleString('en')}`}
          error={fieldErrors(error)['buyers']}
        >
          {(input) => (
            <input
              {...input}
              type="number"
              inputMode="numeric"
              min={1}
              max={MAX_BUYERS}
              value={buyers}
              onChange={(event) => setBuyers(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={busy}>
          Send a crowd
        </Button>
      </form>
      {error !== undefined && fieldErrors(error)['buyers'] === undefined && (
        <Notice tone={isUnderWay(error) ? 'warn' : 'bad'}>{explain(error)}</Notice>
      )}
      {crowd && <CrowdProgress crowd={crowd} />}
    </section>
  );
}

function explain(error: unknown): string {
  return isUnderWay(error)
    ? 'A crowd is under way already. Send the next one when it has bought.'
    : problemText(error);
}

function isUnderWay(error: unknown): boolean {
  return error instanceof AnswerError && error.problem?.code === 'rate_limited';
}

/** Both a sale that is gone and a service without demonstrations are 404. */
function isWithoutDemonstration(error: unknown): boolean {
  return (
    error instanceof AnswerError && error.status === 404 && /production/.test(error.problem?.detail ?? '')
  );
}
