import { createClient, type ApiClient, type ClientOptions } from '#client';
import { pause } from '../clock.js';
import { LoadError, messageOf } from '../errors.js';

const TIMEOUT_MS = 20_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
/** A connection that was there and has gone, as when a server ends an idle one. Where no server is, none comes by waiting. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** Nobody misses a guest of whom nobody has heard. Of what else is written, who could say whether it was? */
const SIGN_IN = '/v1/auth/guest';

/** Calls the service outside the load itself. What is not answered with a success ends the run: each call throws a LoadError. */
export class Api {
  readonly url: string;
  readonly visitor: ApiClient;
  readonly administrator: ApiClient;
  private readonly signal: AbortSignal;

  constructor({ url, adminKey, signal }: { url: string; adminKey: string; signal: AbortSignal }) {
    this.url = url;
    this.signal = signal;
    this.visitor = this.client({});
    this.administrator = this.client({ adminKey });
  }

  buyer(token: string): ApiClient {
    return this.client({ token });
  }

  private client(access: Pick<ClientOptions, 'token' | 'adminKey'>): ApiClient {
    return createClient({ url: this.url, fetch: (request) => this.send(request), ...access });
  }

  private async send(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const what = `${request.method} ${pathname}${search}`;
    const isRepeatable = request.method === 'GET' || pathname === SIGN_IN;
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt === ATTEMPTS;
      const answer = await this.attempt(request.clone()).catch((error: unknown) => {
        const cause = (error as { cause?: unknown }).cause ?? error;
        if (isRepeatable && !isLast && LOST.has((cause as { code?: string }).code ?? '')) return undefined;
        throw new LoadError(`${what} got no answer: ${messageOf(cause)}.`, { cause: error });
      });
      if (answer) {
        const { status, text } = answer;
        if (status >= 200 && status < 300) return new Response(text, { status });
        // A service that is warming up, or limits its callers, is asked again: none of these calls is the measurement.
        if (isLast || (status !== 429 && status !== 503)) {
          throw new LoadError(`${what} answered ${status}${problemOf(parse(text))}.`);
        }
      }
      await pause(FIRST_PAUSE_MS * 2 ** attempt, this.signal);
    }
  }

  private async attempt(request: Request): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(request, { signal });
    return { status: response.status, text: await response.text() };
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
