import { LoadError, messageOf } from '../errors.js';

/** A call of the service's API outside the load itself. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const TIMEOUT_MS = 20_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/** Calls the service and reads JSON; what it expects is part of the contract, and anything else ends the run. */
export class Api {
  readonly url: string;
  private readonly adminKey: string;
  private readonly signal: AbortSignal;

  constructor({ url, adminKey, signal }: { url: string; adminKey: string; signal: AbortSignal }) {
    this.url = url;
    this.adminKey = adminKey;
    this.signal = signal;
  }

  /** @throws LoadError unless the answer is `expected` */
  async call<Body>(call: Call, expected: number): Promise<Body> {
    const what = `${call.method ?? 'GET'} ${call.path}`;
    for (let attempt = 1; ; attempt += 1) {
      const { status, body } = await this.send(call, what);
      if (status === expected) return body as Body;
      // A service that is warming up, or limits its callers, is asked again: none of these calls is the measurement.
      if (attempt === ATTEMPTS || (status !== 429 && status !== 503)) {
        throw new LoadError(`${what} answered ${status}${problemOf(body)}, not ${expected}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt));
    }
  }

  /** As an administrator. @throws LoadError unless the answer is `expected` */
  admin<Body>(call: Call, expected: number): Promise<Body> {
    return this.call({ ...call, headers: { ...call.headers, 'x-api-key': this.adminKey } }, expected);
  }

  private async send(call: Call, what: string): Promise<{ status: number; body: unknown }> {
    const json = call.body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const response = await fetch(new URL(call.path, this.url), {
        method: call.method ?? 'GET',
        headers: { ...json, ...call.headers },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      return { status: response.status, body: parse(await response.text()) };
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      throw new LoadError(`${what} got no answer: ${messageOf(cause ?? error)}.`, { cause: error });
    }
  }
}

/** Runs `work` for every value, at most `limit` at a time. @throws the first error, after which no more begin */
export async function inParallel<T, R>(
  values: readonly T[],
  limit: number,
  work: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(values.length);
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < values.length && !failed) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(values[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, values.length) }, lane));
  return results;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemOf(body: unknown): string {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  const parts = [code, detail].filter((part) => typeof part === 'string');
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`;
}
