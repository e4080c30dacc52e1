import { useCallback, useEffect, useState } from 'react';
import { isPassing } from './problem-text.js';

/** What was read last, and what went wrong since; both while the service is away and old data is all there is. */
export interface Reading<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refresh: () => void;
}

interface Kept<T> {
  readonly read: unknown;
  readonly data: T | undefined;
  readonly error: unknown;
}

/** Where nothing says when to look again, an error that may pass does. */
const RETRY_MS = 3_000;

/**
 * Reads now, again every so often, and again after an error that may pass.
 * @param read kept by useCallback: another one is another question, whose answer is not the last one's
 */
export function useRead<T>(read: () => Promise<T>, everyMs?: number): Reading<T> {
  const [kept, setKept] = useState<Kept<T>>();
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((before) => before + 1), []);

  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (ms: number | undefined) => {
      if (ms !== undefined) timer = setTimeout(() => void look(), ms);
    };
    const look = async () => {
      try {
        const data = await read();
        if (!current) return;
        setKept({ read, data, error: undefined });
        again(everyMs);
      } catch (error) {
        if (!current) return;
        setKept((before) => ({ read, data: before?.read === read ? before.data : undefined, error }));
        again(everyMs ?? (isPassing(error) ? RETRY_MS : undefined));
      }
    };
    void look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [read, everyMs, round]);

  return kept?.read === read
    ? { data: kept.data, error: kept.error, refresh }
    : { data: undefined, error: undefined, refresh };
}
