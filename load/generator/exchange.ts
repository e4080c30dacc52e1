export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Names in the case in which they were sent. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Why a request has no answer; `cut_off`: the harness stopped waiting because the run was over. */
export type NoAnswer = 'timeout' | 'connection_lost' | 'cut_off';

/** One request and what becomes of it: exactly one of `answered` and `lost` is called, once. */
export interface Exchange {
  readonly request: HttpRequest;
  answered(answer: HttpAnswer, atMs: number): void;
  lost(reason: NoAnswer, atMs: number): void;
}

/** Where the generator gets its requests from. Times are milliseconds since the epoch. */
export interface ExchangeSource {
  begin(startMs: number): void;
  /** What is due by now, for a connection that is free since `freeSinceMs`; it counts as sent. */
  take(nowMs: number, freeSinceMs: number): Exchange | undefined;
  /** When the next request becomes due; undefined while nothing is waiting to be sent. */
  nextDueMs(): number | undefined;
  /** From now on nothing new begins; what was begun may still be sent again. */
  stopOffering(): void;
  /** The run is over: what is waiting will not be sent. */
  cutOff(nowMs: number): void;
  /** Nothing is waiting, nothing is in flight. */
  readonly finished: boolean;
}

/** @returns the first value of a header, whatever the case of its name */
export function headerOf(answer: HttpAnswer, name: string): string | undefined {
  for (const [key, value] of Object.entries(answer.headers)) {
    if (key.toLowerCase() === name) return Array.isArray(value) ? value[0] : value;
  }
  return undefined;
}
