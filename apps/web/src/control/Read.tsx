import type { ReactNode } from 'react';
import { Notice } from '../design/Notice.js';
import { isPassing, problemText } from './problem-text.js';
import type { Reading } from './use-read.js';

interface ReadProps<T> {
  readonly of: Reading<T>;
  /** In place of the usual words about an error. */
  readonly explain?: (error: unknown) => string;
  readonly children: (data: T) => ReactNode;
}

/** What was read, or that it is on its way, or why it is not there. */
export function Read<T>({ of: { data, error }, explain = problemText, children }: ReadProps<T>) {
  return (
    <>
      {error !== undefined && (
        <Notice tone="bad">
          {explain(error)}
          {isPassing(error) && ' Trying again …'}
        </Notice>
      )}
      {data !== undefined ? children(data) : error === undefined && <p className="soft">Loading …</p>}
    </>
  );
}
