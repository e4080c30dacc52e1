import { isWorthRetrying, pause, throwIfAborted, type Random } from '#load';

/** What came back; `status` 0 stands for no answer, `code` then says why. */
export interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON; a text is sent as it is. */
  readonly body?: unknown;
}

/** Longer than the service takes over an order. */
const TIMEOUT_MS = 11_000;
/** For longer than any fault lasts. */
const ATTEMPTS = 40;
const ASK_AGAIN_MS = 1_500;

/** Calls the replicas in turn, as a load balancer without health checks would, and counts what they say. */
export class Caller {
  /** By route and status or code, such as `POST /v1/orders 409 sold_out`. */
  readonly counts = new Map<string, number>();
  private readonly urls: readonly string[];
  private readonly random: Random;
  private readonly signal: AbortSignal;

  constructor(urls: readonly string[], random: Random, signal: AbortSignal) {
    this.urls = urls;
    this.random = random;
    this.signal = signal;
  }

  /** An answer that does not come is an answer too. @param route its name in the counts @throws InterruptedError */
  async call(route: string, { method, path, headers = {}, body }: Call): Promise<Answer> {
    throwIfAborted(this.signal);
    const answer = await this.attempt(this.anyUrl() + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const what = `${route} ${[answer.status || 'no answer', answer.code].filter(Boolean).join(' ')}`;
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    return answer;
  }

  /** Asks until the answer is one to keep: whoever asks again has the same key. @throws InterruptedError */
  async insist(ask: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask();
      if (!isWorthRetrying(answer) || attempt >= ATTEMPTS) return answer;
      await pause(ASK_AGAIN_MS, this.signal);
    }
  }

  /** Of one of the replicas. */
  anyUrl(): string {
    return this.urls[this.random.below(this.urls.length)] ?? '';
  }

  private async attempt(url: string, init: RequestInit): Promise<Answer> {
    try {
      const response = await fetch(url, init);
      const text = await response.text();
      const body = bodyOf(text);
      return {
        status: response.status,
        code: typeof body.code === 'string' ? body.code : null,
        replayed: response.headers.get('idempotency-replayed') === 'true',
        body,
      };
    } catch (error) {
      const timedOut = (error as Error).name === 'TimeoutError';
      return { status: 0, code: timedOut ? 'timeout' : 'connection_lost', replayed: false, body: {} };
    }
  }
}

function bodyOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
