import type { Answer } from '#client';

/** What became of a request. */
export interface Reply<Data> {
  /** 0 where no answer arrived, so that nobody knows what became of it. */
  readonly status: number;
  readonly data: Data | undefined;
  /** The problem's. */
  readonly code: string | null;
  /** When the service wants to be asked again. */
  readonly retryAfterMs: number | null;
  readonly etag: string | null;
}

const NONE = { status: 0, data: undefined, code: null, retryAfterMs: null, etag: null };

/** A call of the client as a value: nothing is thrown, a lost connection is a reply too. */
export async function replyOf<Data>(call: Promise<Answer<Data>>): Promise<Reply<Data>> {
  try {
    const { data, error, response } = await call;
    return {
      status: response.status,
      data: response.ok ? data : undefined,
      code: codeOf(error),
      retryAfterMs: retryAfterOf(response.headers.get('retry-after')),
      etag: response.headers.get('etag'),
    };
  } catch {
    return NONE;
  }
}

function codeOf(error: unknown): string | null {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : null;
}

/** Seconds, or a date. */
function retryAfterOf(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
