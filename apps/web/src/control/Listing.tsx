import type { ReactNode } from 'react';
import { Pager } from './Pager.js';
import { Read } from './Read.js';
import type { Pages } from './use-pages.js';

interface ListingProps<T> {
  readonly of: Pages<T>;
  /** What stands there where nothing does. */
  readonly empty: string;
  /** In place of the usual words about an error. */
  readonly explain?: ((error: unknown) => string) | undefined;
  readonly children: (rows: readonly T[]) => ReactNode;
}

/** A list that is read page by page, or why it is not there. */
export function Listing<T>({ of: pages, empty, explain, children }: ListingProps<T>) {
  return (
    <>
      <Read of={pages} {...(explain ? { explain } : {})}>
        {({ data }) => (data.length === 0 ? <p className="card">{empty}</p> : children(data))}
      </Read>
      <Pager {...pages} />
    </>
  );
}
