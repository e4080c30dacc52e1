import { useCallback, useState } from 'react';
import { useRead, type Reading } from './use-read.js';

export interface PageOf<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export interface Pages<T> extends Reading<PageOf<T>> {
  readonly number: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
}

/** A list that is read page by page. @param read kept by useCallback; it is given what its query has of the page */
export function usePages<T>(read: (page: { cursor?: string }) => Promise<PageOf<T>>): Pages<T> {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const reading = useRead(useCallback(() => read(cursor === undefined ? {} : { cursor }), [read, cursor]));
  const nextCursor = reading.data?.nextCursor;
  return {
    ...reading,
    number: cursors.length + 1,
    next: nextCursor ? () => setCursors([...cursors, nextCursor]) : undefined,
    previous: cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : undefined,
  };
}
