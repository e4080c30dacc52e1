import type { Servers } from './contestants/contestant.js';
import type { ContestantName } from './contestants/roster.js';

/** What a worker can be asked to do, with what it answers; times are on the clock of `nowMs`. */
export interface WorkerCalls {
  configure: { asked: Servers; answered: null };
  /** Opens the contestant unless it is open, and uses it once, so that connections and scripts are there. */
  warmUp: { asked: { contestant: ContestantName; key: string }; answered: null };
  uncontended: { asked: LoopOrder; answered: LoopReport };
  contend: { asked: LoopOrder & { criticalMs: number }; answered: LoopReport };
  /** Takes a lock and keeps it under the number of the slot. */
  acquire: { asked: SlotOrder; answered: { startedMs: number } };
  release: { asked: { slot: number }; answered: { calledMs: number } };
  ping: { asked: null; answered: { tookMs: number } };
  hold: { asked: { contestant: ContestantName; key: string; locks: number }; answered: HoldReport };
  commands: { asked: null; answered: { sent: number; atMs: number } };
}

export interface LoopOrder {
  readonly contestant: ContestantName;
  readonly key: string;
  /** Callers on keys of their own (uncontended), or waiters on the one key. */
  readonly callers: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SlotOrder {
  readonly contestant: ContestantName;
  readonly key: string;
  readonly slot: number;
}

/** How many numbers `times` of a LoopReport has for each acquisition. */
export const TIMES_EACH = 4;

export interface LoopReport {
  /** Between the first looks at the clock after `fromMs` and after `toMs`. */
  readonly acquisitions: number;
  readonly commands: number;
  readonly elapsedMs: number;
  /** Of `contend`, four numbers an acquisition: which waiter, asked, started, ended; those before and after too. */
  readonly times: Float64Array;
  readonly errors: number;
  readonly firstError: string | undefined;
}

export interface HoldReport {
  readonly heapBytes: number;
  readonly residentBytes: number;
}
