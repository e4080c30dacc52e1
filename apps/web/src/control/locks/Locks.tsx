import { useCallback } from 'react';
import { AnswerError, dataOf, type LockView } from '#client';
import { ScrollTable } from '../../design/ScrollTable.js';
import { Page } from '../Page.js';
import { problemText } from '../problem-text.js';
import { Read } from '../Read.js';
import { useSession } from '../session.js';
import { useRead } from '../use-read.js';

const EVERY_MS = 1_000;

/** What is locked at this moment, by whom, and who waits. */
export function Locks() {
  const { client } = useSession();
  const locks = useRead(
    useCallback(() => dataOf(client.GET('/v1/admin/locks')), [client]),
    EVERY_MS,
  );
  return (
    <Page
      title="Locks"
      about="One process at a time works on an item. Held and waiting, every second anew: most are gone within milliseconds."
    >
      <Read of={locks} explain={explain}>
        {({ locks: held }) =>
          held.length === 0 ? (
            <p className="card">
              No lock is held at this moment. Send a crowd from the overview to see some.
            </p>
          ) : (
            <LockTable locks={held} />
          )
        }
      </Read>
    </Page>
  );
}

function explain(error: unknown): string {
  if (!(error instanceof AnswerError) || error.status !== 503) return problemText(error);
  return 'The lock store is away, or a chain of stores is changing over. Orders go on under the row locks of PostgreSQL, and nothing has to be restored.';
}

function LockTable({ locks }: { readonly locks: readonly LockView[] }) {
  return (
    <ScrollTable card label="Locks">
      <caption>{locks.length === 1 ? 'One lock is held' : `${locks.length} locks are held`}</caption>
      <thead>
        <tr>
          <th scope="col">Resource</th>
          <th scope="col">Held by</th>
          <th scope="col" className="number">
            Fence
          </th>
          <th scope="col">Since</th>
          <th scope="col">Until</th>
          <th scope="col" className="number">
            Waiting
          </th>
        </tr>
      </thead>
      <tbody>
        {locks.map(({ resource, owner, fence, acquiredAt, expiresAt, waiters }) => (
          <tr key={resource}>
            <td className="mono">{resource}</td>
            <td className="mono">{owner}</td>
            <td className="number mono">{fence ?? 'none'}</td>
            <td>{clock(acquiredAt)}</td>
            <td>{clock(expiresAt)}</td>
            <td className="number">{waiters}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

function clock(time: string): string {
  return CLOCK.format(new Date(time));
}
