/** What a process of the service says of itself. */
export interface ProcessFacts {
  readonly url: string;
  /** 0 where it does not answer. */
  readonly status: number;
  /** `ok`, `degraded`, or why it is not ready. */
  readonly says: string;
}

const TIMEOUT_MS = 5_000;

/** Never rejects. */
export async function readProcess(url: string): Promise<ProcessFacts> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = (await response.json()) as { status?: unknown; detail?: unknown };
    return { url, status: response.status, says: String(response.ok ? body.status : body.detail) };
  } catch (error) {
    const { cause, message } = error as { cause?: { code?: string }; message: string };
    return { url, status: 0, says: cause?.code ?? message };
  }
}
