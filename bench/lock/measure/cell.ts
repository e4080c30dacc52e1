import { OURS, isOurOther, isPeer, type ContestantName } from '../contestants/roster.js';

export const MEASUREMENTS = ['uncontended', 'contended', 'hand-over', 'held'] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

/** One thing to measure of one contestant. */
export interface Cell {
  readonly measurement: Measurement;
  readonly contestant: ContestantName;
  /** Callers on keys of their own, waiters on one key, or locks that are held. */
  readonly size: number;
  /** Over how many processes they are spread. */
  readonly processes: number;
}

/** What a cell showed: figures by name, and what went wrong. */
export interface Finding {
  readonly figures: Figures;
  readonly errors: number;
  readonly firstError?: string;
}

export type Figures = Readonly<Partial<Record<FigureName, number>>>;
export type FigureName =
  | 'perSecond'
  | 'commandsEach'
  | 'commandsPerSecond'
  | 'waitP50Ms'
  | 'waitP99Ms'
  | 'waitLongestMs'
  | 'waitMeanMs'
  | 'longestToMean'
  | 'againShare'
  | 'busyShare'
  | 'overlaps'
  | 'handOverMs'
  | 'handOverP99Ms'
  | 'roundTripMs'
  | 'roundTrips'
  | 'heapBytesEach'
  | 'residentBytesEach'
  | 'storeBytesEach';

export const CALLERS = [1, 64] as const;
export const WAITERS = [8, 64, 1_000] as const;
export const PROCESSES = [1, 8] as const;
const HAND_OVER_PROCESSES = [1, 2] as const;
const OTHERS_WAITERS = 64;

/** The cells of one round, for one contestant. */
export function cellsOf(contestant: ContestantName, heldLocks: number): Cell[] {
  const waiters = isOurOther(contestant) ? [OTHERS_WAITERS] : WAITERS;
  const all: Cell[] = [
    ...CALLERS.map((size): Cell => ({ measurement: 'uncontended', contestant, size, processes: 1 })),
    ...PROCESSES.flatMap((processes) =>
      waiters.map((size): Cell => ({ measurement: 'contended', contestant, size, processes })),
    ),
    ...HAND_OVER_PROCESSES.map((processes): Cell => ({
      measurement: 'hand-over',
      contestant,
      size: 2,
      processes,
    })),
  ];
  if (contestant === OURS || isPeer(contestant)) {
    all.push({ measurement: 'held', contestant, size: heldLocks, processes: 1 });
  }
  return all.filter(({ processes }) => contestant !== 'ours-memory' || processes === 1);
}

/** The same for all contestants. */
export function circumstancesOf({ measurement, size, processes }: Omit<Cell, 'contestant'>): string {
  switch (measurement) {
    case 'uncontended':
      return size === 1 ? 'uncontended, one caller' : `uncontended, ${size} callers on keys of their own`;
    case 'contended':
      return `${size} waiters on one key, ${processes === 1 ? 'one process' : `${processes} processes`}`;
    case 'hand-over':
      return `hand-over ${processes === 1 ? 'within a process' : 'to another process'}`;
    case 'held':
      return `${size} held locks with watchdogs`;
  }
}
