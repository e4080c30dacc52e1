/** The whole number that somebody typed; NaN, which the service refuses, where it is none. */
export function readWhole(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

/** The same of a number that may be left out. */
export function readWholeOrNull(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
