/** What a cell showed in one round. */
export interface Finding {
  readonly figures: Figures;
  /** Answers within the window by status and code. */
  readonly counts: Readonly<Record<string, number>>;
  /** What the service said and the record does not bear out. */
  readonly broken: readonly string[];
  /** What makes the figures other than they seem, by how often it was seen. */
  readonly remarks: Readonly<Record<string, number>>;
  /** Why nothing was measured. */
  readonly error?: string;
}

export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/**
 * Rates and costs count the answers that the workload is about: orders accepted, refusals of a sold-out item, pages.
 * Processor time is in seconds per 1,000 of them.
 */
export type FigureName =
  | 'perSecond'
  | 'othersPerSecond'
  | 'acceptedP50Ms'
  | 'acceptedP90Ms'
  | 'acceptedP99Ms'
  | 'acceptedMaxMs'
  | 'refusedP50Ms'
  | 'refusedP90Ms'
  | 'refusedP99Ms'
  | 'refusedMaxMs'
  | 'batchOrders'
  | 'lockWaitMs'
  | 'apiCpuSec'
  | 'postgresCpuSec'
  | 'redisCpuSec'
  | 'generatorCpuSec'
  | 'apiPeakMb'
  | 'walBytes'
  | 'commits'
  | 'generatorBusyShare';
