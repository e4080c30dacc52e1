import { useSecond } from '../shared/second.js';
import { describeObstacle } from './messages.js';

interface RetryNoteProps {
  readonly code: string | null;
  /** When it is sent again, on the server's clock. */
  readonly until: number;
}

/** What a request waits for, and for how long. */
export function RetryNote({ code, until }: RetryNoteProps) {
  const seconds = Math.max(0, Math.floor((until - useSecond()) / 1_000));
  return `${describeObstacle(code)} Asking again ${seconds === 0 ? 'now' : `in ${seconds} s`}; nothing is done twice.`;
}
