/** Something the person at the keyboard can put right; its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The run cannot go on: the service does not answer as the contract says, or the connections do not open. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}

/** The run was called off by a signal. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor() {
    super('The run was interrupted.');
  }
}

/** @throws InterruptedError once `signal` is aborted */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}

/** What to print of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
