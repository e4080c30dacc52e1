import { useRef, useState } from 'react';
import { isUncertain } from './problem-text.js';

export interface Submission<Body> {
  readonly busy: boolean;
  readonly error: unknown;
  readonly submit: (body: Body) => Promise<void>;
}

/**
 * Sends what a person submits, under a key of its own. The same body is sent with the same key for as long as nobody knows
 * whether it took effect, so that it does so once.
 */
export function useSubmission<Body, Result>(
  send: (body: Body, key: string) => Promise<Result>,
  onDone: (result: Result) => void,
): Submission<Body> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const pending = useRef<{ readonly text: string; readonly key: string }>(undefined);

  async function submit(body: Body): Promise<void> {
    const text = JSON.stringify(body);
    if (pending.current?.text !== text) pending.current = { text, key: newKey() };
    setBusy(true);
    setError(undefined);
    try {
      const result = await send(body, pending.current.key);
      pending.current = undefined;
      onDone(result);
    } catch (problem) {
      if (!isUncertain(problem)) pending.current = undefined;
      setError(problem);
    } finally {
      setBusy(false);
    }
  }

  return { busy, error, submit };
}

/** Also where the page came over plain HTTP, which knows no crypto.randomUUID. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
