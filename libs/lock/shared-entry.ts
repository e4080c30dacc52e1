import { LockUsageError } from './errors.js';

/** What one shared value may weigh: it crosses the network once for every process that asks. */
export const MAX_VALUE_BYTES = 1_048_576;
const MAX_MESSAGE_LENGTH = 1_000;

interface StoredEntry {
  readonly value: string;
  readonly remainingMs: number;
}

/** How a load ended that failed. */
export interface Failure {
  /** Which load it was. */
  readonly flight: string;
  readonly name: string;
  readonly message: string;
  /** It is the answer to further calls too (`negativeTtlMs`). */
  readonly lasts: boolean;
}

/**
 * The JSON of a loaded value, and the value as everybody else will read it: callers here and elsewhere get the same.
 * `staleMs` tells readers which part of its time to live comes after its freshness, so that nobody needs a clock.
 * @throws LockUsageError for what is no JSON, or too large
 */
export function encodeValue(key: string, loaded: unknown, staleMs: number): { text: string; value: unknown } {
  const json = toJson(key, loaded);
  const text = `{"staleMs":${staleMs},"value":${json}}`;
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES) {
    throw new LockUsageError([key], `The value of ${key} is larger than ${MAX_VALUE_BYTES} bytes as JSON.`);
  }
  return { text, value: JSON.parse(json) };
}

/** @returns undefined when it is older than this reader wants it, or not what we wrote */
export function decodeValue(
  { value: text, remainingMs }: StoredEntry,
  maxStaleMs: number,
): { value: unknown; fresh: boolean } | undefined {
  const entry = parsed(text) as { staleMs?: unknown; value?: unknown } | undefined;
  if (typeof entry?.staleMs !== 'number') return undefined;
  const staleForMs = entry.staleMs - remainingMs;
  if (staleForMs > maxStaleMs) return undefined;
  if (staleForMs >= 0 && maxStaleMs === 0) return undefined;
  return { value: entry.value, fresh: staleForMs < 0 };
}

/** @param expiresBelowMs with less time to live than this it is no answer to further calls any more */
export function encodeFailure(failure: { flight: string; error: unknown; expiresBelowMs: number }): string {
  const { flight, error, expiresBelowMs } = failure;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return JSON.stringify({
    flight,
    name: name.slice(0, MAX_MESSAGE_LENGTH),
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    expiresBelowMs,
  });
}

/** @returns undefined for what we did not write */
export function decodeFailure({ value: text, remainingMs }: StoredEntry): Failure | undefined {
  const entry = parsed(text) as Partial<Record<'flight' | 'name' | 'message', string>> | undefined;
  const { flight, name, message } = entry ?? {};
  const { expiresBelowMs } = (entry ?? {}) as { expiresBelowMs?: number };
  if (flight === undefined || name === undefined || message === undefined || expiresBelowMs === undefined) {
    return undefined;
  }
  return { flight, name, message, lasts: remainingMs > expiresBelowMs };
}

function toJson(key: string, loaded: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(loaded);
  } catch (error) {
    cause = error;
  }
  if (json === undefined) {
    throw new LockUsageError(
      [key],
      `The load of ${key} gave what is no JSON: give null where there is nothing.`,
      cause,
    );
  }
  return json;
}

function parsed(text: string): unknown {
  try {
    const entry: unknown = JSON.parse(text);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}
