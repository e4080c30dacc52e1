/** Something that a person can put right; its message is one line, or one line and the end of a log. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
}

/** An error in one line. One that stands for several, as when no address of a host answers, is told by its first. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.message === 'fetch failed' && error.cause !== undefined ? ` (${reasonOf(error.cause)})` : '';
  return `${error.message.split('\n')[0] ?? ''}${cause}`;
}
