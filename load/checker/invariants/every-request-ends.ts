import type { Evidence } from '../evidence.js';
import { Violations, type Verdict } from '../verdict.js';

export const EVERY_REQUEST_ENDS = 'every request ends';

/** On top of the service's deadline: sockets, and two programs that share the processors. */
const GRACE_MS = 3_000;

/** Each order request was answered within the service's deadline, or its connection was. */
export function everyRequestEnds({ history, parameters }: Evidence): Verdict {
  const violations = new Violations();
  const limitMs = parameters.orderDeadlineMs + GRACE_MS;
  let attempts = 0;
  let longestMs = 0;
  for (const asked of history.orders()) {
    for (const { answer, sentMs } of asked.attempts) {
      attempts += 1;
      if (!answer) {
        violations.add(`buyer ${asked.buyerId}: the journal has no answer, not even that none came`);
        continue;
      }
      const waitedMs = answer.atMs - sentMs;
      longestMs = Math.max(longestMs, waitedMs);
      violations.expect(
        waitedMs <= limitMs,
        () =>
          `buyer ${asked.buyerId} waited ${seconds(waitedMs)} (${answer.code ?? `status ${answer.status}`})`,
      );
    }
  }
  return violations.verdict(
    EVERY_REQUEST_ENDS,
    `${attempts} requests, the longest took ${seconds(longestMs)}`,
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
