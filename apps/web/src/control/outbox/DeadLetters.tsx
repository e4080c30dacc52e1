import { useCallback, useState } from 'react';
import { dataOf, type DeadLetterView, type Replayed } from '#client';
import { Button } from '../../design/Button.js';
import { Dialog } from '../../design/Dialog.js';
import { Notice } from '../../design/Notice.js';
import { ScrollTable } from '../../design/ScrollTable.js';
import { formatMoment } from '../../shared/clock.js';
import { Listing } from '../Listing.js';
import { Page } from '../Page.js';
import { problemText } from '../problem-text.js';
import { hrefOf } from '../route.js';
import { useSession } from '../session.js';
import { usePages } from '../use-pages.js';
import { useSubmission } from '../use-submission.js';
import { OutboxDepth } from './OutboxDepth.js';

/** What the shop has not been told: how much waits, and what was given up, to be sent again. */
export function DeadLetters() {
  const { client } = useSession();
  const [askingAll, setAskingAll] = useState(false);
  const [sent, setSent] = useState<number>();
  const letters = usePages(
    useCallback(
      (query: { cursor?: string }) => dataOf(client.GET('/v1/admin/dead-letters', { params: { query } })),
      [client],
    ),
  );
  const replay = useSubmission(
    (id: string | null) =>
      id === null
        ? dataOf(client.POST('/v1/admin/dead-letters/replay'))
        : dataOf(client.POST('/v1/admin/dead-letters/{id}/replay', { params: { path: { id } } })),
    ({ replayed }: Replayed) => {
      setSent(replayed);
      letters.refresh();
    },
  );
  return (
    <Page
      title="Dead letters"
      about="The shop is told of every order. What it did not take after many attempts lies here, until somebody who has seen to the cause sends it again."
    >
      <OutboxDepth />
      {sent !== undefined && <Notice tone="good">{describe(sent)}</Notice>}
      {replay.error !== undefined && <Notice tone="bad">{problemText(replay.error)}</Notice>}
      <Listing of={letters} empty="Nothing was given up.">
        {(rows) => (
          <>
            <div className="actions">
              <Button disabled={replay.busy} onClick={() => setAskingAll(true)}>
                Replay all …
              </Button>
            </div>
            <LetterTable letters={rows} busy={replay.busy} onReplay={(id) => void replay.submit(id)} />
          </>
        )}
      </Listing>
      {askingAll && (
        <Dialog title="Replay all dead letters?" onClose={() => setAskingAll(false)}>
          <p>Each is sent again, with as many attempts as a new event has.</p>
          <div className="actions">
            <Button
              onClick={() => {
                setAskingAll(false);
                void replay.submit(null);
              }}
            >
              Replay all
            </Button>
            <Button look="quiet" onClick={() => setAskingAll(false)}>
              Leave them
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}

function describe(sent: number): string {
  if (sent === 0) return 'It is under way already.';
  return sent === 1 ? 'One event is sent again.' : `${sent} events are sent again.`;
}

interface LetterTableProps {
  readonly letters: readonly DeadLetterView[];
  readonly busy: boolean;
  readonly onReplay: (id: string) => void;
}

function LetterTable({ letters, busy, onReplay }: LetterTableProps) {
  return (
    <ScrollTable card label="Dead letters">
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">When</th>
          <th scope="col">Of</th>
          <th scope="col" className="number">
            Attempts
          </th>
          <th scope="col">What went wrong</th>
          <th scope="col">Replay</th>
        </tr>
      </thead>
      <tbody>
        {letters.map(({ id, type, occurredAt, orderId, itemId, attempts, lastError }) => (
          <tr key={id}>
            <td className="mono">{type}</td>
            <td>{formatMoment(occurredAt)}</td>
            <td>
              {orderId !== null && <a href={hrefOf('orders', orderId)}>its order</a>}
              {orderId === null && itemId !== null && <a href={hrefOf('items', itemId)}>its item</a>}
            </td>
            <td className="number">{attempts}</td>
            <td className="text">{lastError ?? '–'}</td>
            <td>
              <Button
                look="quiet"
                disabled={busy}
                aria-label={`Replay ${type} of ${formatMoment(occurredAt)}`}
                onClick={() => onReplay(id)}
              >
                Replay
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
