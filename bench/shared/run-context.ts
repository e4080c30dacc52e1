import type { Progress } from '#load';

/** What a run works with. */
export interface RunContext<Options> {
  readonly options: Options;
  /** For the servers of the run. */
  readonly folder: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
