/** Something that a person can put right; its message is one line, or one line and the end of a log. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
}
